package dev.tidewright.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.TestApi.Answer;
import dev.tidewright.Zipped;
import dev.tidewright.kernel.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Aliases that one person asks to move and another lets be moved. */
@IntegrationTest
class ProtectedAliasIT {

    @LocalServerPort
    private int port;

    @Autowired
    private AliasRequests requests;

    private TestApi admin;
    private TestApi ana;
    private TestApi ben;
    private String namespace;
    private String model;

    @BeforeEach
    void threeVersionsAndAProtectedAlias() {
        admin = TestApi.admin(port);
        namespace = admin.namespace();
        ana = admin.member(namespace, "DEPLOYER");
        ben = admin.member(namespace, "DEPLOYER");
        model = "/api/v1/namespaces/" + namespace + "/models/tides";
        done(admin.post("/api/v1/namespaces/" + namespace + "/models", "{\"name\":\"tides\"}"));
        var upload = admin.upload(namespace, "m.zip", Zipped.file("model.joblib"));
        for (var n = 0; n < 3; n++) {
            done(admin.post(model + "/versions", "{\"upload\":\"" + upload + "\"}"));
        }
        done(ana.put(model + "/aliases/champion", "{\"version\":1}"));
        done(admin.put(model + "/protected-aliases/champion", "{}"));
    }

    @Test
    void aMoveWaitsForASecondPersonAndThenIsMadeOnce() {
        var asked = ana.put(model + "/aliases/champion", "{\"version\":2,\"reason\":\"better\"}", "If-Match", "*");
        refused(409, "awaits-approval", asked);
        assertThat(asked.text())
                .contains("other than " + name(ana), "/ns/" + namespace + "/models/tides#requests", "version 1");
        assertThat(pointsAt()).isEqualTo(1);
        var request = asked.json().at("/errors/0/message").asString();
        assertThat(ana.put(model + "/aliases/champion", "{\"version\":2}", "If-Match", "*")
                        .json()
                        .at("/errors/0/message")
                        .asString())
                .isEqualTo(request);
        assertThat(requests.waitingFor(Name.of(namespace), name(ben), 9))
                .extracting(one -> one.model() + "@" + one.alias() + " to " + one.to() + ": " + one.reason())
                .containsExactly("tides@champion to 2: better");
        assertThat(requests.waitingFor(Name.of(namespace), name(ana), 9)).isEmpty();
        assertThat(requests.waitingFor(Name.of(admin.namespace()), name(ben), 9))
                .isEmpty();
        refused(403, "forbidden", ana.post(request + "/approve", "{}"));
        refused(403, "forbidden", admin.member(namespace, "EDITOR").post(request + "/approve", "{}"));
        refused(404, "not-found", admin.member(admin.namespace(), "ADMIN").get(request));

        var approved = ben.post(request + "/approve", "{\"reason\":\"checked\"}");
        done(approved);
        assertThat(approved.json().path("status").asString()).isEqualTo("APPROVED");
        assertThat(approved.json().path("decidedBy").asString()).isEqualTo(name(ben));
        assertThat(pointsAt()).isEqualTo(2);
        assertThat(admin.get(model + "/aliases/champion").json().path("reason").asString())
                .isEqualTo("better; asked for by " + name(ana) + ", approved: checked");
        refused(409, "request-over", ben.post(request + "/approve", "{}"));
        assertThat(requests.waitingFor(Name.of(namespace), name(ben), 9)).isEmpty();
        assertThat(admin.get("/api/v1/namespaces/" + namespace + "/history?kind=model&limit=100")
                        .text())
                .contains("\"asked\"", "\"approved\"", "@champion to v2", "\"protected\"");
    }

    @Test
    void ofManyWhoApproveAtOnceOneDoes() throws Exception {
        var request = ask(2);
        var approvers = IntStream.range(0, 6)
                .mapToObj(n -> admin.member(namespace, "DEPLOYER"))
                .toList();
        var answers = new ArrayList<Answer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = approvers.stream()
                    .map(approver -> (Callable<Answer>) () -> approver.post(request + "/approve", "{}"))
                    .toList();
            for (var answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
        }
        assertThat(answers).extracting(Answer::status).containsOnlyOnce(200);
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 200)
                .allMatch(answer -> answer.code().equals("request-over"));
        assertThat(admin.get(model + "/aliases/champion/history").json().path("items"))
                .hasSize(2);
    }

    @Test
    void aRequestIsVoidWhenTheAliasOrTheVersionChangedMeanwhile() {
        var second = ask(2);
        var third = ask(3);
        done(ben.post(third + "/approve", "{}"));
        var over = ben.post(second + "/approve", "{}");
        refused(409, "request-over", over);
        assertThat(over.text()).contains("was moved meanwhile");
        assertThat(pointsAt()).isEqualTo(3);

        var again = ask(2);
        done(admin.delete(model + "/versions/2", "If-Match", "*"));
        assertThat(admin.get(again).json().path("status").asString()).isEqualTo("VOID");
        assertThat(ben.post(again + "/approve", "{}").text()).contains("version 2 was deleted meanwhile");

        var back = ask(1);
        done(admin.delete(model + "/protected-aliases/champion"));
        assertThat(ben.post(back + "/approve", "{}").text()).contains("not protected any more");
        done(ana.put(model + "/aliases/champion", "{\"version\":1}", "If-Match", "*"));
        assertThat(pointsAt()).isEqualTo(1);
    }

    @Test
    void whatIsDeclinedLeavesTheAliasAndKeepsWhoAndWhy() {
        var request = ask(2);
        refused(422, "reason-missing", ben.post(request + "/decline", "{}"));
        done(ben.post(request + "/decline", "{\"reason\":\"too slow\"}"));
        var kept = admin.get(model + "/alias-requests").json().at("/items/0");
        assertThat(kept.path("status").asString()).isEqualTo("DECLINED");
        assertThat(kept.path("answer").asString()).isEqualTo("too slow");
        assertThat(kept.path("askedBy").asString()).isEqualTo(name(ana));
        refused(409, "request-over", ben.post(request + "/approve", "{}"));
        assertThat(pointsAt()).isEqualTo(1);
        // Whoever asked may think better of it.
        done(ana.post(ask(3) + "/decline", "{\"reason\":\"not yet\"}"));
    }

    @Test
    void noDoorGoesAroundIt() {
        refused(409, "awaits-approval", ana.delete(model + "/aliases/champion", "If-Match", "*"));
        var taking = admin.get(model + "/alias-requests").json().at("/items/0");
        assertThat(taking.has("version")).isFalse();
        var mlflow = "/api/2.0/mlflow/";
        for (var answer : List.of(
                ana.post(
                        mlflow + "registered-models/alias",
                        "{\"name\":\"tides\",\"alias\":\"champion\",\"version\":\"3\"}",
                        "X-MLFLOW-WORKSPACE",
                        namespace),
                ana.deleteThat(
                        mlflow + "registered-models/alias",
                        "{\"name\":\"tides\",\"alias\":\"champion\"}",
                        "X-MLFLOW-WORKSPACE",
                        namespace))) {
            assertThat(answer.status()).as("%s", answer).isEqualTo(403);
            assertThat(answer.json().path("error_code").asString()).isEqualTo("PERMISSION_DENIED");
            assertThat(answer.json().path("message").asString())
                    .contains("awaits the approval", "http://127.0.0.1:" + port + "/ns/");
        }
        assertThat(admin.get(model + "/alias-requests?status=WAITING").json().path("items"))
                .hasSize(2);
        var version = ana.deleteThat(
                mlflow + "model-versions/delete",
                "{\"name\":\"tides\",\"version\":\"1\"}",
                "X-MLFLOW-WORKSPACE",
                namespace);
        assertThat(version.status()).as("%s", version).isEqualTo(409);
        refused(409, "alias-protected", ana.delete(model, "If-Match", "*"));
        var renamed = ana.post(
                mlflow + "registered-models/rename",
                "{\"name\":\"tides\",\"new_name\":\"others\"}",
                "X-MLFLOW-WORKSPACE",
                namespace);
        assertThat(renamed.status()).as("%s", renamed).isEqualTo(409);
        refused(
                409,
                "awaits-approval",
                ana.put(model + "/aliases/champion?dryRun=true", "{\"version\":2}", "If-Match", "*"));
        assertThat(admin.get(model + "/alias-requests?status=WAITING").json().path("items"))
                .hasSize(2);
        assertThat(pointsAt()).isEqualTo(1);

        // Nothing is asked for where nothing would change, or where it could not be done.
        done(ana.put(model + "/aliases/champion", "{\"version\":1}", "If-Match", "*"));
        refused(422, "no-such-version", ana.put(model + "/aliases/champion", "{\"version\":9}", "If-Match", "*"));
        done(ana.put(model + "/aliases/other", "{\"version\":3}"));

        done(ben.post(model + "/alias-requests/" + taking.path("id").asString() + "/approve", "{}"));
        refused(404, "not-found", admin.get(model + "/aliases/champion"));
        refused(409, "awaits-approval", ana.put(model + "/aliases/champion", "{\"version\":1}"));
    }

    @Test
    void onlyAnAdminProtects() {
        refused(403, "forbidden", ana.put(model + "/protected-aliases/other", "{}"));
        refused(403, "forbidden", ana.delete(model + "/protected-aliases/champion"));
        assertThat(ana.get(model + "/protected-aliases")
                        .json()
                        .at("/items/0/alias")
                        .asString())
                .isEqualTo("champion");
        refused(404, "not-found", admin.delete(model + "/protected-aliases/other"));
        refused(404, "not-found", admin.get(model + "/alias-requests/" + UUID.randomUUID()));
        refused(400, "invalid-alias", admin.put(model + "/protected-aliases/latest", "{}"));
    }

    /** Answers where the request is. */
    private String ask(int version) {
        var asked = ana.put(model + "/aliases/champion", "{\"version\":" + version + "}", "If-Match", "*");
        refused(409, "awaits-approval", asked);
        return asked.json().at("/errors/0/message").asString();
    }

    private int pointsAt() {
        return admin.get(model + "/aliases/champion").json().path("version").asInt();
    }

    private static String name(TestApi who) {
        return who.get("/api/v1/whoami").json().path("name").asString();
    }

    private static void done(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isBetween(200, 204);
    }

    private static void refused(int status, String code, Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.code()).as("%s", answer).isEqualTo(code);
    }
}
