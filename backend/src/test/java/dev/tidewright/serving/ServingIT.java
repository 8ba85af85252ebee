package dev.tidewright.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.kernel.Name;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.env.Environment;
import tools.jackson.databind.JsonNode;

/** Endpoints from the REST call to the answer through the gateway, with real processes. */
@IntegrationTest
class ServingIT {

    private static final String SLOW = """
            import http.server, os, time
            class Answer(http.server.BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                def do_GET(self):
                    if self.path != "/": time.sleep(0.3)
                    self.send_response(200); self.send_header("Content-Length", "2"); self.end_headers(); self.wfile.write(b"ok")
                def log_message(self, *rest): pass
            http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()
            """;

    @LocalServerPort
    private int port;

    @Autowired
    private Environment environment;

    @Autowired
    private RevisionViews revisions;

    @Autowired
    private InputExamples examples;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    private TestApi api = new TestApi(1, "");
    private String namespace = "";

    @BeforeEach
    void aNamespace() {
        api = TestApi.admin(port);
        namespace = api.namespace("{\"cpu\":\"4\",\"memory\":\"4Gi\",\"storage\":\"1Gi\",\"endpoints\":2}");
    }

    @AfterEach
    void nothingLeft() {
        api.get(path(""))
                .json()
                .path("items")
                .forEach(endpoint ->
                        api.delete(path("/" + endpoint.at("/metadata/name").asString()), "If-Match", "*"));
    }

    @Test
    void aRollingUpdateAndARollbackUnderLoadFailNoRequest() {
        var upload = api.upload(namespace, "echo.zip", zip(Path.of("../samples/echo-service/app.py")));
        var spec = """
                {"name":"echo","serves":{"source":{"upload":"%s"},"command":["python3","app.py"]},"replicas":2,
                 "access":"public","resources":{"cpu":"100m","memory":"64Mi"},"parameters":{"alpha":%s},
                 "rollout":{"maxSurge":1,"maxUnavailable":0,"progressDeadline":"2m"},"reason":"a test"}
                """;
        var made = api.post(path(""), spec.formatted(upload, "0.1"));
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        await("echo", settled(1));

        try (var load = new Load("/" + namespace + "/echo/echo", 4)) {
            var changed = api.put(
                    path("/echo"),
                    spec.formatted(upload, "0.5"),
                    "If-Match",
                    api.get(path("/echo")).etag());
            assertThat(changed.status()).as(changed.toString()).isEqualTo(202);
            var second = api.put(path("/echo"), spec.formatted(upload, "0.7"), "If-Match", changed.etag());
            assertThat(second.code()).isEqualTo("rollout-in-progress");
            await("echo", settled(2));
            assertThat(api.put(path("/echo"), spec.formatted(upload, "0.9"), "If-Match", made.etag())
                            .status())
                    .isEqualTo(412);
            var back = api.post(path("/echo/rollback"), "{\"revision\":1,\"reason\":\"worse\"}");
            assertThat(back.status()).as(back.toString()).isEqualTo(202);
            await("echo", settled(3));
            load.stop();
            assertThat(load.failures).isEmpty();
            assertThat(load.revisions.keySet()).containsExactlyInAnyOrder("1", "2", "3");
        }
        var newest = api.get(path("/echo/revisions")).json().path("items").get(0);
        assertThat(newest.path("copiedFrom").asInt()).isEqualTo(1);
        assertThat(newest.path("reason").asString()).isEqualTo("worse");
        assertThat(newest.path("changes").toString())
                .isEqualTo("[{\"path\":\"parameters.alpha\",\"before\":\"0.5\",\"after\":\"0.1\"}]");
        assertThat(api.get(path("/echo/revisions/1/diff/3")).json().path("items"))
                .isEmpty();
        assertThat(api.get(path("/echo/at?at=" + java.time.Instant.now().plusSeconds(1)))
                        .json()
                        .path("items"))
                .hasSize(1)
                .allMatch(served -> served.path("revision").asInt() == 3);
        assertThat(api.get(path("/echo/logs")).status()).isEqualTo(200);
        var same = api.put(path("/echo"), spec.formatted(upload, "0.1"), "If-Match", "*");
        assertThat(same.status())
                .as("a change that changes nothing makes no revision")
                .isEqualTo(200);
        assertThat(api.get(path("/echo/revisions")).json().path("items")).hasSize(3);
    }

    @Test
    void aServiceThatEndsAtOnceSaysSoWithItsLastLine() {
        var upload = api.upload(
                namespace, "app.py", "raise SystemExit('there is no model here')\n".getBytes(StandardCharsets.UTF_8));
        var made = api.post(path(""), """
                {"name":"broken","serves":{"source":{"upload":"%s"}},"resources":{"cpu":"100m","memory":"64Mi"}}
                """.formatted(upload));
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        var seen = await("broken", status -> status.path("phase").asString().equals("DEGRADED"));
        assertThat(seen.path("message").asString()).contains("there is no model here");
        assertThat(api.get(path("/broken/diagnosis"))
                        .json()
                        .at("/items/0/severity")
                        .asString())
                .isEqualTo("ERROR");
        assertThat(call("/" + namespace + "/broken/x")).isIn(401, 503);
    }

    @Test
    void aServiceThatNeverListensSaysSo() {
        var upload = api.upload(namespace, "app.py", "import time\ntime.sleep(600)\n".getBytes(StandardCharsets.UTF_8));
        var made = api.post(path(""), """
                {"name":"silent","serves":{"source":{"upload":"%s"}},"resources":{"cpu":"100m","memory":"64Mi"},
                 "rollout":{"progressDeadline":"3s"}}
                """.formatted(upload));
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        var seen = await("silent", status -> status.path("phase").asString().equals("FAILED"));
        assertThat(seen.path("message").asString()).contains("has never been ready: port", "was not answered");
    }

    @Test
    void loadBringsReplicasAndEachDecisionKeepsItsNumbers() {
        var upload = api.upload(namespace, "app.py", SLOW.getBytes(StandardCharsets.UTF_8));
        var made = api.post(path(""), """
                {"name":"slow","serves":{"source":{"upload":"%s"}},"resources":{"cpu":"100m","memory":"64Mi"},
                 "access":"public","readiness":{"path":"/"},
                 "autoscaling":{"min":1,"max":3,"targetConcurrency":1.5,"scaleDownDelay":"10s"}}
                """.formatted(upload));
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        await("slow", settled(1));
        try (var load = new Load("/" + namespace + "/slow/predict", 5)) {
            await("slow", status -> status.path("readyReplicas").asInt() == 3);
            load.stop();
            assertThat(load.failures).isEmpty();
        }
        var view = api.get(path("/slow/autoscaling")).json();
        assertThat(view.at("/policy/max").asInt()).isEqualTo(3);
        var decisions = view.at("/decisions/items");
        assertThat(decisions.get(0).path("sentence").asString())
                .matches("\\d+\\.\\d > 1\\.5 in flight per replica → \\d to 3");
        assertThat(api.get(path("/slow/history")).text()).contains("in flight per replica");
        assertThat(api.get(path("/slow/traffic")).json().path("stepSeconds").asInt())
                .isEqualTo(30);
        thePolicyIsSwitchedOffAndNothingElseChanges();
    }

    private void thePolicyIsSwitchedOffAndNothingElseChanges() {
        var before = api.get(path("/slow/revisions/1")).json().at("/spec/serves");
        var off = "{\"replicas\":1,\"reason\":\"calm now\"}";
        assertThat(api.put(path("/slow/autoscaling"), off).status()).isEqualTo(428);
        var tag = api.get(path("/slow")).etag();
        var both = "{\"replicas\":1,\"policy\":{\"max\":2,\"targetConcurrency\":1}}";
        assertThat(api.put(path("/slow/autoscaling"), both, "If-Match", tag).code())
                .isEqualTo("invalid-scaling");
        var plan = api.put(path("/slow/autoscaling?dryRun=true"), off, "If-Match", tag);
        assertThat(plan.json().path("revision").asInt()).as(plan.toString()).isEqualTo(2);
        assertThat(plan.json().path("changes").toString()).contains("autoscaling.max", "replicas");
        assertThat(api.get(path("/slow/revisions")).json().path("items")).hasSize(1);

        var done = api.put(path("/slow/autoscaling"), off, "If-Match", tag);
        assertThat(done.status()).as(done.toString()).isEqualTo(202);
        assertThat(done.json().has("policy")).isFalse();
        assertThat(done.json().at("/decisions/items")).as("decisions stay").isNotEmpty();
        var after = api.get(path("/slow/revisions/2")).json();
        assertThat(after.at("/spec/serves")).isEqualTo(before);
        assertThat(after.path("reason").asString()).isEqualTo("calm now");
        await("slow", settled(2));
        assertThat(api.put(path("/slow/autoscaling"), off, "If-Match", "*").status())
                .as("what is so already makes no revision")
                .isEqualTo(200);
    }

    @Test
    void whatCannotBeIsRefusedWithFieldAndRemedyAndNothingIsLeft() {
        refused(422, "invalid-endpoint", "{\"name\":\"a\"}");
        refused(422, "invalid-endpoint", "{\"name\":\"a\",\"serves\":{\"model\":\"m\",\"image\":\"i\"}}");
        refused(422, "unknown-model-version", "{\"name\":\"a\",\"serves\":{\"model\":\"m\",\"version\":7}}");
        refused(
                422,
                "unknown-upload",
                "{\"name\":\"a\",\"serves\":{\"source\":{\"upload\":\"%s\"}}}".formatted(java.util.UUID.randomUUID()));
        refused(422, "invalid-endpoint", "{\"name\":\"a\",\"serves\":{\"image\":\"i\"},\"replicas\":101}");
        refused(
                422,
                "pods-unsupported",
                "{\"name\":\"a\",\"serves\":{\"image\":\"i\"},\"pod\":{\"nodeSelector\":{\"a\":\"b\"}}}");
        refused(422, "images-unsupported", "{\"name\":\"a\",\"serves\":{\"image\":\"i\"}}");
        refused(422, "invalid-endpoint", "{\"name\":\"a\",\"serves\":{\"model\":\"m\",\"alias\":\"\"}}");
        refused(422, "invalid-endpoint", "{\"name\":\"a\",\"serves\":{\"image\":\"i\",\"command\":[null]}}");
        refused(
                422,
                "invalid-endpoint",
                "{\"name\":\"a\",\"serves\":{\"image\":\"i\"},\"environment\":{\"A\":null},\"labels\":{\"b\":null}}");
        refused(
                422,
                "invalid-endpoint",
                "{\"name\":\"a\",\"serves\":{\"image\":\"i\"},\"requirements\":[null,\"-r x\"]}");
        refused(422, "invalid-value", "{\"name\":\"a\",\"serves\":{\"image\":\"i\"},\"replicas\":\"\"}");
        refused(422, "invalid-value", "{\"name\":\"a\",\"serves\":{\"source\":{\"upload\":\"\"}}}");
        refused(422, "invalid-endpoint", "{\"name\":\"a\",\"serves\":{\"source\":{}}}");
        refused(422, "invalid-endpoint", "{\"serves\":{\"image\":\"i\"}}");
        refused(
                422,
                "no-such-entry-point",
                "{\"name\":\"a\",\"serves\":{\"source\":{\"upload\":\"%s\"},\"entryPoint\":\"serve.py\"}}"
                        .formatted(archive()));
        refused(
                409,
                "over-quota",
                "{\"name\":\"a\",\"serves\":{\"source\":{\"upload\":\"%s\"},\"entryPoint\":\"app.py\"},\"replicas\":50}"
                        .formatted(archive()));
        var dry = api.post(path("?dryRun=true"), "{\"name\":\"a\",\"serves\":{\"image\":\"i\"}}");
        assertThat(dry.status()).as(dry.toString()).isEqualTo(422);
        assertThat(dry.json().at("/errors/0/field").asString()).isEqualTo("serves.image");
        var cpu = api.post(path(""), "{\"name\":\"a\",\"serves\":{\"image\":\"i\"},\"resources\":{\"cpu\":\"\"}}");
        assertThat(cpu.json().at("/errors/0/field").asString()).isEqualTo("resources.cpu");
        var max = api.post(
                path(""),
                "{\"name\":\"a\",\"serves\":{\"image\":\"i\"},\"autoscaling\":{\"max\":0,\"targetConcurrency\":1}}");
        assertThat(max.json().at("/errors/0/field").asString()).isEqualTo("autoscaling.max");
        var odd = api.post(path(""), "{\"name\":\"a\",\"serves\":{\"image\":\"i\"},\"replica\":1}");
        assertThat(odd.status()).as(odd.toString()).isBetween(400, 422);
        var both = api.post(
                path(""),
                "{\"name\":\"a\",\"serves\":{\"image\":\"i\"},\"rollout\":{\"maxSurge\":0,\"maxUnavailable\":\"0%\"}}");
        assertThat(both.status()).as(both.toString()).isBetween(400, 422);
        assertThat(both.text()).contains("maxSurge and maxUnavailable are both 0");
        assertThat(api.get(path("")).json().path("items")).isEmpty();
        assertThat(api.get("/api/v1/namespaces/" + namespace).text()).contains("\"endpoints\"");
    }

    @Test
    void anEndpointKeepsItsNameAndATakenOneIsNamed() {
        var spec = "{\"name\":\"%s\",\"serves\":{\"source\":{\"upload\":\"%s\"}},\"replicas\":1}";
        var upload = api.upload(namespace, "app.py", "print()".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(api.put(path("/echo?dryRun=true"), spec.formatted("echo", upload))
                        .status())
                .isEqualTo(200);
        var other = api.put(path("/echo?dryRun=true"), spec.formatted("other", upload));
        assertThat(other.status()).as(other.toString()).isEqualTo(422);
        assertThat(other.json().at("/errors/0/field").asString()).isEqualTo("name");
        assertThat(api.post(path(""), spec.formatted("echo", upload)).status()).isEqualTo(201);
        var again = api.post(path(""), spec.formatted("echo", upload));
        assertThat(again.code()).isEqualTo("endpoint-exists");
        assertThat(again.json().at("/errors/0/field").asString()).isEqualTo("name");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            /x?dryRun=true | {"reason":"a\\u0000b"}                                  | reason
            /x?dryRun=true | {"labels":{"a\\u0000b":"c"}}                            | labels.a\\u0000b
            /x?dryRun=true | {"environment":{"A":"\\u0000"}}                         | environment.A
            /x?dryRun=true | {"parameters":{"a":"\\u0000"}}                          | parameters.a
            /x             | {"serves":{"image":"i","command":["a","\\u0000"]}}      | serves.command[1]
            """)
    void aNulIsRefusedByField(String where, String json, String field) {
        var answer = api.put(path(where), json);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo(field);
        for (var verb : new String[] {"/x/stop", "/x/rollback", "/x/rollout/abort"}) {
            assertThat(api.post(path(verb), "{\"reason\":\"\\u0000\"}")
                            .json()
                            .at("/errors/0/field")
                            .asString())
                    .isEqualTo("reason");
        }
    }

    @Test
    void aModelWithoutVersionsIsCalledThat() {
        api.post("/api/v1/namespaces/" + namespace + "/models", "{\"name\":\"bare\"}");
        var answer = api.post(path(""), "{\"name\":\"a\",\"serves\":{\"model\":\"bare\",\"version\":1}}");
        assertThat(answer.code()).isEqualTo("unknown-model-version");
        assertThat(answer.json().path("detail").asString()).contains("model bare has no versions");
    }

    @Test
    void aPlanCountsTheOnlyReplicaAsPeopleDo() {
        var plan = api.post(path("?dryRun=true"), """
                {"name":"alone","serves":{"source":{"upload":"%s"},"entryPoint":"app.py"},"replicas":1,
                 "rollout":{"maxSurge":0,"maxUnavailable":1}}
                """.formatted(archive()));
        assertThat(plan.json().path("objects").get(0).asString()).contains("1 replica of ");
        assertThat(plan.text()).contains("maxUnavailable lets the only replica be missing");
    }

    @Test
    void aDryRunAnswersThePlanAndChangesNothing() {
        var plan = api.post(path("?dryRun=true"), """
                {"name":"a","serves":{"source":{"upload":"%s"},"entryPoint":"app.py"},"replicas":2,
                 "resources":{"cpu":"1","memory":"1Gi"}}
                """.formatted(archive()));
        assertThat(plan.status()).as(plan.toString()).isEqualTo(200);
        assertThat(plan.json().path("creates").asBoolean()).isTrue();
        assertThat(plan.json().at("/quota/settled/cpu").asString()).isEqualTo("2");
        assertThat(plan.json().path("objects").get(0).asString()).contains("2 replicas of ");
        assertThat(api.get(path("/a")).status()).isEqualTo(404);
    }

    /** Without a replica: that the serving runtime answers for a model is proved by the demo, which is run as a test. */
    @Test
    void anEndpointServesWhatAnAliasMeansUntilItsNextChange() {
        var models = "/api/v1/namespaces/" + namespace + "/models";
        api.post(models, "{\"name\":\"m\"}");
        var upload = api.upload(
                namespace,
                "m.zip",
                zip(Map.of(
                        "model.py", "def predict(rows): return rows",
                        "input_example.json", "{\"columns\": [\"a\"], \"data\": [[1.5]]}")));
        for (var number = 1; number <= 2; number++) {
            var made = api.post(models + "/m/versions", "{\"upload\":\"" + upload + "\"}");
            assertThat(made.status()).as(made.toString()).isEqualTo(201);
        }
        var champion = models + "/m/aliases/champion";
        var first = api.put(champion, "{\"version\":1}");
        var spec = "{\"name\":\"a\",\"serves\":{\"model\":\"m\",\"alias\":\"champion\"},\"replicas\":0}";
        var made = api.post(path(""), spec);
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(api.put(champion, "{\"version\":2}", "If-Match", first.etag())
                        .status())
                .isEqualTo(200);
        assertThat(served(1)).isEqualTo(1);
        assertThat(api.get(path("/a/diagnosis")).text())
                .contains("ALIAS_MOVED", "m@champion is version 2 now, and version 1 is served");
        assertThat(examples.of(revisions
                        .get(Name.of(namespace), Name.of("a"), 1)
                        .spec()
                        .serves()))
                .isEqualTo("{\"dataframe_split\":{\"columns\":[\"a\"],\"data\":[[1.5]]}}");
        var inUse = api.delete(
                models + "/m/versions/1",
                "If-Match",
                api.get(models + "/m/versions/1").etag());
        assertThat(inUse.code()).as(inUse.toString()).isEqualTo("version-in-use");
        assertThat(inUse.text()).contains("endpoint a (revision 1)");

        var changed = api.put(path("/a?supersede=true"), spec, "If-Match", "*");
        assertThat(changed.status()).as(changed.toString()).isEqualTo(202);
        assertThat(served(2)).isEqualTo(2);
        assertThat(api.get(path("/a/diagnosis")).text()).doesNotContain("ALIAS_MOVED");
        assertThat(api.get(path("/a/revisions/2")).json().path("changes").toString())
                .contains("serves.model.version");
        var gone = api.post(path("?dryRun=true"), "{\"name\":\"b\",\"serves\":{\"model\":\"m\",\"version\":3}}");
        assertThat(gone.code()).isEqualTo("unknown-model-version");
    }

    @Test
    void anEndpointThatFollowsAnAliasGoesWithItsMovesAndNotAgainWhereItWasRolledBack() {
        var models = "/api/v1/namespaces/" + namespace + "/models";
        api.post(models, "{\"name\":\"m\"}");
        var upload = api.upload(namespace, "m.zip", zip(Map.of("model.py", "def predict(rows): return rows")));
        for (var number = 1; number <= 3; number++) {
            api.post(models + "/m/versions", "{\"upload\":\"" + upload + "\"}");
        }
        var champion = models + "/m/aliases/champion";
        api.put(champion, "{\"version\":1}");
        var spec = "{\"name\":\"a\",\"serves\":{\"model\":\"m\",%s},\"replicas\":0}";
        var following = spec.formatted("\"alias\":\"champion\",\"follow\":true");
        assertThat(api.post(path(""), following).status()).isEqualTo(201);
        assertThat(api.get(path("/a")).json().at("/spec/serves/follow").asBoolean())
                .isTrue();
        rolledOut(1);

        api.put(champion, "{\"version\":2,\"reason\":\"better\"}", "If-Match", "*");
        rolledOut(2);
        assertThat(served(2)).isEqualTo(2);
        var second = api.get(path("/a/revisions/2")).json();
        assertThat(second.path("reason").asString())
                .startsWith("m@champion was moved to version 2 by ")
                .endsWith(": better");
        assertThat(second.path("createdBy").asString()).isEqualTo("alias");

        var back = api.post(path("/a/rollback"), "{\"revision\":1,\"reason\":\"worse\"}");
        assertThat(back.status()).as("%s", back).isEqualTo(202);
        rolledOut(3);
        pause(1500);
        rolledOut(3);
        assertThat(served(3)).isEqualTo(1);
        assertThat(api.get(path("/a/diagnosis")).text()).contains("ALIAS_MOVED", "when the alias is moved again");

        api.put(champion, "{\"version\":3}", "If-Match", "*");
        rolledOut(4);
        assertThat(served(4)).isEqualTo(3);
        api.post(path("/a/rollback"), "{\"revision\":2,\"reason\":\"worse again\",\"moveAlias\":true}");
        rolledOut(5);
        pause(1500);
        rolledOut(5);
        assertThat(served(5)).isEqualTo(2);
        assertThat(api.get(champion).json().path("version").asInt()).isEqualTo(2);
        assertThat(api.get(champion).json().path("reason").asString()).isEqualTo("worse again");
        assertThat(api.get(path("/a/diagnosis")).text()).doesNotContain("ALIAS_MOVED");

        assertThat(api.put(path("/a"), spec.formatted("\"version\":1"), "If-Match", "*")
                        .status())
                .isEqualTo(202);
        rolledOut(6);
        api.put(path("/a"), spec.formatted("\"version\":2"), "If-Match", "*");
        rolledOut(7);
        var none = api.post(path("/a/rollback"), "{\"revision\":6,\"moveAlias\":true}");
        assertThat(none.code()).as("%s", none).isEqualTo("invalid-rollback");
        for (var wrong :
                List.of("\"alias\":\"latest\",\"follow\":true", "\"version\":1,\"follow\":true", "\"follow\":true")) {
            refused(422, "invalid-endpoint", spec.formatted(wrong).replace("\"a\"", "\"b\""));
        }
    }

    @Test
    void pickledModelsAreFlaggedAndServedOnlyWhereTheNamespaceAllowsIt() {
        var models = "/api/v1/namespaces/" + namespace + "/models";
        var place = "/api/v1/namespaces/" + namespace;
        api.post(models, "{\"name\":\"m\"}");
        for (var files : List.of(
                Map.of("model.py", "def predict(rows): return rows"),
                Map.of("model.pkl", "whatever"),
                Map.of("model.py", "import pickle", "data/weights.bin", "cos\nsystem\n(S'true'\ntR."))) {
            var upload = api.upload(namespace, "m.zip", zip(files));
            var made = api.post(models + "/m/versions", "{\"upload\":\"" + upload + "\"}");
            assertThat(made.status()).as("%s", made).isEqualTo(201);
        }
        assertThat(api.get(models + "/m/versions/1")
                        .json()
                        .at("/status/pickled")
                        .isNull())
                .isTrue();
        assertThat(api.get(models + "/m/versions/2")
                        .json()
                        .at("/status/pickled")
                        .toString())
                .isEqualTo("{\"file\":\"model.pkl\",\"sign\":\"NAME\"}");
        assertThat(api.get(models + "/m/versions/3")
                        .json()
                        .at("/status/pickled/sign")
                        .asString())
                .isEqualTo("BYTES");
        api.put(models + "/m/aliases/champion", "{\"version\":3}");
        var spec = "{\"name\":\"a\",\"serves\":{\"model\":\"m\",%s},\"replicas\":0}";
        api.post(path(""), spec.formatted("\"version\":2"));
        rolledOut(1);
        api.put(path("/a"), spec.formatted("\"version\":1"), "If-Match", "*");
        rolledOut(2);

        assertThat(api.member(namespace, "ADMIN")
                        .patch(place, "{\"pickledModels\":\"refused\"}", "If-Match", "*")
                        .status())
                .as("as limits: by admins of the platform")
                .isEqualTo(403);
        var decided = api.patch(place, "{\"pickledModels\":\"refused\"}", "If-Match", "*");
        assertThat(decided.json().at("/spec/pickledModels").asString())
                .as("%s", decided)
                .isEqualTo("refused");
        var back = api.post(path("/a/rollback"), "{\"revision\":1}");
        assertThat(back.code()).as("%s", back).isEqualTo("pickled-model");
        assertThat(back.text()).contains("m/2 cannot be served", "model.pkl is called as pickles are", "skops", "ONNX");
        for (var door : List.of("\"version\":3", "\"alias\":\"champion\"", "\"alias\":\"champion\",\"follow\":true")) {
            var put = api.put(path("/a"), spec.formatted(door), "If-Match", "*");
            assertThat(put.code()).as("%s", put).isEqualTo("pickled-model");
            var post = api.post(path("?dryRun=true"), spec.formatted(door).replace("\"a\"", "\"b\""));
            assertThat(post.code()).as("%s", post).isEqualTo("pickled-model");
        }
        api.put(models + "/m/aliases/champion", "{\"version\":1}", "If-Match", "*");
        api.put(path("/a"), spec.formatted("\"alias\":\"champion\",\"follow\":true"), "If-Match", "*");
        rolledOut(3);
        api.put(models + "/m/aliases/champion", "{\"version\":2}", "If-Match", "*");
        pause(1500);
        rolledOut(3);
        assertThat(served(3)).as("an alias is no door, either").isEqualTo(1);
        assertThat(api.get(path("/a/diagnosis")).text())
                .contains("ALIAS_NOT_FOLLOWED", "m@champion was moved", "m/2 cannot be served", "version 1 is served")
                .doesNotContain("ALIAS_MOVED");
        var away = api.post(path("/a/rollback?dryRun=true"), "{\"revision\":2}");
        assertThat(away.status())
                .as("whatever the alias points at now: %s", away)
                .isEqualTo(200);
        pause(3500);
        assertThat(api.get(path("/a/history")).text().split("alias-not-followed", -1))
                .as("once, however often it is tried")
                .hasSize(2);

        api.patch(place, "{\"pickledModels\":\"allowed\"}", "If-Match", "*");
        rolledOut(4);
        assertThat(api.get(path("/a/diagnosis")).text()).doesNotContain("ALIAS_NOT_FOLLOWED");
        api.post(path("/a/stop"), "{}");
        api.patch(place, "{\"pickledModels\":\"refused\"}", "If-Match", "*");
        var started = api.post(path("/a/start"), "{}");
        assertThat(started.code()).as("%s", started).isEqualTo("pickled-model");
    }

    @Test
    void anEndpointFollowsAProtectedAliasOnceASecondPersonHasApprovedAndARollbackDoesNotWaitForIt() {
        var models = "/api/v1/namespaces/" + namespace + "/models";
        api.post(models, "{\"name\":\"m\"}");
        var upload = api.upload(namespace, "m.zip", zip(Map.of("model.py", "def predict(rows): return rows")));
        for (var number = 1; number <= 2; number++) {
            api.post(models + "/m/versions", "{\"upload\":\"" + upload + "\"}");
        }
        var champion = models + "/m/aliases/champion";
        api.put(champion, "{\"version\":1}");
        assertThat(api.put(models + "/m/protected-aliases/champion", "{}").status())
                .isEqualTo(204);
        var following =
                "{\"name\":\"a\",\"serves\":{\"model\":\"m\",\"alias\":\"champion\",\"follow\":true},\"replicas\":0}";
        assertThat(api.post(path(""), following).status()).isEqualTo(201);
        rolledOut(1);

        var asked = api.put(champion, "{\"version\":2,\"reason\":\"better\"}", "If-Match", "*");
        assertThat(asked.code()).as("%s", asked).isEqualTo("awaits-approval");
        pause(1000);
        rolledOut(1);
        var ben = api.member(namespace, "DEPLOYER");
        var request = asked.json().at("/errors/0/message").asString();
        assertThat(ben.post(request + "/approve", "{}").status()).isEqualTo(200);
        rolledOut(2);
        assertThat(served(2)).isEqualTo(2);

        var back = api.post(path("/a/rollback"), "{\"revision\":1,\"reason\":\"worse\",\"moveAlias\":true}");
        assertThat(back.status()).as("%s", back).isEqualTo(202);
        rolledOut(3);
        assertThat(served(3)).isEqualTo(1);
        assertThat(api.get(path("/a/revisions/3")).json().path("reason").asString())
                .isEqualTo("worse; moving @champion back awaits approval");
        assertThat(api.get(champion).json().path("version").asInt()).isEqualTo(2);
        var waiting = api.get(models + "/m/alias-requests?status=WAITING")
                .json()
                .at("/items/0/id")
                .asString();
        assertThat(ben.post(models + "/m/alias-requests/" + waiting + "/approve", "{}")
                        .status())
                .isEqualTo(200);
        assertThat(api.get(champion).json().path("version").asInt()).isEqualTo(1);
        pause(1000);
        rolledOut(3);
    }

    /** Once this revision is the one that is wanted, and nothing rolls any more. */
    private void rolledOut(int revision) {
        await(
                "a",
                status -> status.at("/rollout/state").asString().equals("SETTLED")
                        && status.path("revision").asInt() == revision);
    }

    private int served(int revision) {
        return api.get(path("/a/revisions/" + revision))
                .json()
                .at("/spec/serves/model/version")
                .asInt();
    }

    @Test
    void aViewerMayLookButNotDeploy() {
        var viewer = api.member(namespace, "VIEWER");
        assertThat(viewer.get(path("")).status()).isEqualTo(200);
        assertThat(viewer.post(path(""), "{\"name\":\"a\",\"serves\":{\"image\":\"i\"}}")
                        .status())
                .isEqualTo(403);
    }

    private void refused(int status, String code, String body) {
        var answer = api.post(path(""), body);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.code()).as(answer.toString()).isEqualTo(code);
    }

    private String path(String rest) {
        return "/api/v1/namespaces/" + namespace + "/endpoints" + rest;
    }

    private static Predicate<JsonNode> settled(int revision) {
        return status -> status.path("phase").asString().equals("SERVING")
                && status.at("/rollout/state").asString().equals("SETTLED")
                && status.path("revision").asInt() == revision;
    }

    private JsonNode await(String name, Predicate<JsonNode> wanted) {
        JsonNode status = null;
        for (var end = System.nanoTime() + Duration.ofSeconds(90).toNanos(); System.nanoTime() < end; ) {
            status = api.get(path("/" + name)).json().path("status");
            if (wanted.test(status)) {
                return status;
            }
            pause(100);
        }
        throw new AssertionError("endpoint " + name + " did not get there in 90 s: " + status);
    }

    private int call(String path) {
        try {
            return http.send(request(path), BodyHandlers.discarding()).statusCode();
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private HttpRequest request(String path) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + environment.getProperty("tidewright.gateway.port") + path))
                .timeout(Duration.ofSeconds(30))
                .build();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private String archive() {
        return api.upload(namespace, "app.zip", zip("app.py", "print()"));
    }

    private static byte[] zip(Path file) {
        try {
            return zip(file.getFileName().toString(), Files.readString(file));
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static byte[] zip(String name, String content) {
        return zip(Map.of(name, content));
    }

    private static byte[] zip(Map<String, String> files) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue().getBytes(StandardCharsets.UTF_8));
                zip.closeEntry();
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
        return bytes.toByteArray();
    }

    /** Clients that send one request after the other, with a short pause. */
    private final class Load implements AutoCloseable {
        private final AtomicBoolean going = new AtomicBoolean(true);
        private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        private final Map<String, AtomicInteger> revisions = new ConcurrentHashMap<>();
        private final java.util.List<Thread> clients = new java.util.ArrayList<>();

        private Load(String path, int count) {
            for (var i = 0; i < count; i++) {
                clients.add(Thread.ofVirtual().start(() -> {
                    while (going.get()) {
                        send(path);
                        pause(10);
                    }
                }));
            }
        }

        private void send(String path) {
            try {
                var answer = http.send(request(path), BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    failures.add(answer.statusCode() + " " + answer.body());
                }
                var revision = answer.headers().firstValue("X-Serving-Revision").orElse("none");
                revisions
                        .computeIfAbsent(revision, fresh -> new AtomicInteger())
                        .incrementAndGet();
            } catch (IOException | InterruptedException broken) {
                failures.add(broken.toString());
            }
        }

        private void stop() {
            going.set(false);
            for (var client : clients) {
                try {
                    client.join();
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
            }
        }

        @Override
        public void close() {
            stop();
        }
    }
}
