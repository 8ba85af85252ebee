package dev.tidewright.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

@IntegrationTest
class MlflowTrackingIT {

    private static final String NOBODYS = "{\"run_id\":\"" + "0".repeat(32) + "\"";

    @LocalServerPort
    private int port;

    private TestApi admin;
    private String namespace;
    private MlflowApi mlflow;

    @BeforeEach
    void begin() {
        admin = TestApi.admin(port);
        namespace = admin.namespace();
        mlflow = new MlflowApi(admin, namespace);
    }

    @Test
    void anExperimentIsMadeFoundRenamedDeletedAndRestored() {
        mlflow.missing(mlflow.get("experiments/get-by-name", "experiment_name", "e"));
        var id = mlflow.experiment("e");
        mlflow.refused(400, "RESOURCE_ALREADY_EXISTS", mlflow.post("experiments/create", "{\"name\":\"e\"}"));
        var shown =
                mlflow.done(mlflow.get("experiments/get", "experiment_id", id)).path("experiment");
        assertThat(shown.path("name").asString()).isEqualTo("e");
        assertThat(shown.path("artifact_location").asString()).isEqualTo("mlflow-artifacts:/" + id);
        assertThat(shown.path("workspace").asString()).isEqualTo(namespace);
        assertThat(shown.has("tags")).isFalse();

        mlflow.ok("experiments/set-experiment-tag", "{\"experiment_id\":\"" + id + "\",\"key\":\"k\",\"value\":\"v\"}");
        mlflow.ok("experiments/update", "{\"experiment_id\":\"" + id + "\",\"new_name\":\"f\"}");
        var renamed = mlflow.done(mlflow.get("experiments/get-by-name", "experiment_name", "f"));
        assertThat(renamed.at("/experiment/tags/0/value").asString()).isEqualTo("v");
        mlflow.ok("experiments/delete-experiment-tag", "{\"experiment_id\":\"" + id + "\",\"key\":\"k\"}");
        mlflow.missing(
                mlflow.post("experiments/delete-experiment-tag", "{\"experiment_id\":\"" + id + "\",\"key\":\"k\"}"));

        var run = mlflow.run(id, 1);
        mlflow.ok("experiments/delete", "{\"experiment_id\":\"" + id + "\"}");
        assertThat(mlflow.done(mlflow.get("runs/get", "run_id", run))
                        .at("/run/info/lifecycle_stage")
                        .asString())
                .isEqualTo("deleted");
        mlflow.invalid(mlflow.post("runs/create", "{\"experiment_id\":\"" + id + "\"}"));
        mlflow.invalid(mlflow.post("runs/restore", "{\"run_id\":\"" + run + "\"}"));
        mlflow.invalid(mlflow.post("experiments/delete", "{\"experiment_id\":\"" + id + "\"}"));
        mlflow.ok("experiments/restore", "{\"experiment_id\":\"" + id + "\"}");
        assertThat(mlflow.search(id, "", "")).containsExactly(run);
    }

    @Test
    void experimentsRefuseWhatIsWrongAndKnowNothingElse() {
        mlflow.missing(mlflow.get("experiments/get", "experiment_id", "77"));
        mlflow.invalid(mlflow.get("experiments/get", "experiment_id", "x"));
        mlflow.invalid(mlflow.post("experiments/create", "{}"));
        mlflow.invalid(mlflow.post("experiments/create", "{\"name\":\"" + "x".repeat(501) + "\"}"));
        mlflow.invalid(mlflow.post("experiments/create", "{\"name\":\"s\",\"artifact_location\":\"s3://b\"}"));
        mlflow.refused(400, "MALFORMED_REQUEST", mlflow.post("experiments/create", "{"));
        for (var route : List.of("update", "delete", "restore", "set-experiment-tag", "delete-experiment-tag")) {
            mlflow.missing(
                    mlflow.post("experiments/" + route, "{\"experiment_id\":\"77\",\"new_name\":\"n\",\"key\":\"k\"}"));
            mlflow.invalid(mlflow.post("experiments/" + route, "{\"new_name\":\"n\",\"key\":\"k\"}"));
        }
        mlflow.invalid(mlflow.post("experiments/search", "{\"max_results\":50001}"));
        mlflow.invalid(mlflow.post("experiments/search", "{\"view_type\":\"NONE\"}"));
        mlflow.invalid(mlflow.post("experiments/search", "{\"filter\":\"metrics.a = 1\"}"));
        mlflow.invalid(mlflow.post("experiments/search", "{\"page_token\":\"nonsense\"}"));
    }

    @Test
    void experimentsAreSearchedPageByPage() {
        for (var name : List.of("a1", "a2", "b1")) {
            mlflow.experiment(name);
        }
        mlflow.ok("experiments/set-experiment-tag", "{\"experiment_id\":\"2\",\"key\":\"t\",\"value\":\"x\"}");
        mlflow.ok("experiments/delete", "{\"experiment_id\":\"3\"}");
        var first = mlflow.ok("experiments/search", "{\"max_results\":1,\"filter\":\"name LIKE 'a%'\"}");
        assertThat(first.at("/experiments/0/name").asString()).isEqualTo("a2");
        var second = mlflow.ok(
                "experiments/search",
                "{\"max_results\":1,\"filter\":\"name LIKE 'a%'\",\"page_token\":\""
                        + first.path("next_page_token").asString() + "\"}");
        assertThat(second.at("/experiments/0/name").asString()).isEqualTo("a1");
        assertThat(second.has("next_page_token")).isFalse();
        assertThat(mlflow.ok("experiments/search", "{\"filter\":\"tags.t = 'x'\"}")
                        .path("experiments"))
                .hasSize(1);
        assertThat(mlflow.ok("experiments/search", "{\"view_type\":\"DELETED_ONLY\"}")
                        .path("experiments"))
                .hasSize(1);
        var all = mlflow.done(
                mlflow.get("experiments/search", "view_type", "ALL", "order_by", "name ASC", "max_results", "9"));
        assertThat(all.path("experiments").valueStream().map(e -> e.path("name").asString()))
                .containsExactly("Default", "a1", "a2", "b1");
    }

    @Test
    void ofManyWhoLogAModelToOneRunAtOnceNobodyIsLost() {
        var id = mlflow.run("0", 1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var number = 0; number < 16; number++) {
                var command = "{\"run_id\":\"" + id + "\",\"model_json\":\"{\\\"artifact_path\\\": \\\"m" + number
                        + "\\\"}\"}";
                threads.submit(() -> mlflow.ok("runs/log-model", command));
            }
        }
        var tag = mlflow.done(mlflow.get("runs/get", "run_id", id))
                .at("/run/data/tags")
                .valueStream()
                .filter(one -> one.path("key").asString().equals("mlflow.log-model.history"))
                .findFirst()
                .orElseThrow()
                .path("value")
                .asString();
        assertThat(tag.split("artifact_path", -1)).hasSize(17);
    }

    @Test
    void aRunIsBegunFilledEndedAndRead() {
        var id = mlflow.ok("runs/create", """
                {"experiment_id":"0","user_id":"ana","run_name":"r1","start_time":1795304728917,"unknown":1,
                 "tags":[{"key":"mlflow.user","value":"ana"},{"key":"empty"}]}""").at("/run/info/run_id").asString();
        var run = "{\"run_id\":\"" + id + "\",\"run_uuid\":\"" + id + "\",";
        mlflow.ok("runs/log-parameter", run + "\"key\":\"a\",\"value\":\"1\"}");
        mlflow.ok("runs/log-parameter", run + "\"key\":\"a\",\"value\":\"1\"}");
        mlflow.invalid(mlflow.post("runs/log-parameter", run + "\"key\":\"a\",\"value\":\"2\"}"));
        mlflow.ok("runs/log-metric", run + "\"key\":\"m\",\"value\":0.5,\"timestamp\":1795304729154,\"step\":\"1\"}");
        mlflow.ok("runs/log-batch", run + """
                "metrics":[{"key":"m","value":"NaN","timestamp":1795304729155,"step":2},
                           {"key":"up","value":"Infinity","timestamp":1,"step":0},
                           {"key":"down","value":"-Infinity","timestamp":1,"step":0}],
                "params":[{"key":"b","value":"2"}],"tags":[{"key":"t","value":"x"}]}""");
        mlflow.ok("runs/set-tag", run + "\"key\":\"gone\",\"value\":\"v\"}");
        mlflow.ok("runs/delete-tag", run + "\"key\":\"gone\"}");
        mlflow.missing(mlflow.post("runs/delete-tag", run + "\"key\":\"gone\"}"));
        mlflow.ok("runs/log-inputs", run + """
                "datasets":[{"tags":[{"key":"mlflow.data.context","value":"train"}],
                  "dataset":{"name":"d","digest":"04e3c22d","source_type":"code","source":"{}","schema":"s"}}]}""");
        mlflow.ok("runs/set-tag", run + "\"key\":\"mlflow.log-model.history\",\"value\":\"no list\"}");
        mlflow.ok("runs/log-model", run + "\"model_json\":\"{\\\"artifact_path\\\": \\\"model\\\"}\"}");
        mlflow.invalid(mlflow.post("runs/log-model", run + "\"model_json\":\"{\"}"));
        mlflow.invalid(mlflow.post("runs/log-model", run + "\"model_json\":\"[]\"}"));
        var info = mlflow.ok(
                        "runs/update", run + "\"status\":\"FINISHED\",\"end_time\":1795304738901,\"run_name\":\"r2\"}")
                .path("run_info");
        assertThat(info.path("status").asString()).isEqualTo("FINISHED");
        assertThat(info.path("end_time").asLong()).isEqualTo(1795304738901L);

        var shown = mlflow.done(mlflow.get("runs/get", "run_uuid", id)).path("run");
        assertThat(shown.at("/info/start_time").asLong()).isEqualTo(1795304728917L);
        assertThat(shown.at("/info/run_name").asString()).isEqualTo("r2");
        assertThat(shown.at("/info/artifact_uri").asString()).isEqualTo("mlflow-artifacts:/0/" + id + "/artifacts");
        assertThat(shown.at("/data/metrics")
                        .valueStream()
                        .map(m -> m.path("key").asString() + m.path("value").asString()))
                .containsExactly("down-Infinity", "mNaN", "upInfinity");
        assertThat(shown.at("/data/params")).hasSize(2);
        assertThat(shown.at("/data/tags")
                        .valueStream()
                        .map(tag -> tag.path("key").asString()))
                .containsExactlyInAnyOrder("empty", "mlflow.log-model.history", "mlflow.runName", "mlflow.user", "t");
        assertThat(shown.at("/data/tags").valueStream().filter(tag -> tag.has("value")))
                .hasSize(5);
        assertThat(shown.at("/inputs/dataset_inputs/0/dataset/digest").asString())
                .isEqualTo("04e3c22d");

        // One run, whichever door: the dashboard's own API has it too.
        var uuid = id.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
        var ours =
                admin.get("/api/v1/namespaces/" + namespace + "/runs/" + uuid).json();
        assertThat(ours.at("/spec/parameters/b").asString()).isEqualTo("2");
        assertThat(ours.at("/status/phase").asString()).isEqualTo("FINISHED");
    }

    @Test
    void theHistoryOfAMetricIsReadPageByPage() {
        var id = mlflow.run("0", 1);
        var points = new ArrayList<String>();
        for (var step = 0; step < 1000; step++) {
            points.add("{\"key\":\"loss\",\"value\":" + (step % 7 == 0 ? "\"NaN\"" : "0." + step) + ",\"timestamp\":"
                    + (5000 - step) + ",\"step\":" + step / 2 + "}");
        }
        mlflow.ok("runs/log-batch", "{\"run_id\":\"" + id + "\",\"metrics\":[" + String.join(",", points) + "]}");
        var whole = mlflow.done(mlflow.get("metrics/get-history", "run_id", id, "metric_key", "loss"));
        assertThat(whole.path("metrics")).hasSize(1000);
        var seen = new ArrayList<Long>();
        for (var token = ""; ; ) {
            var page = mlflow.done(mlflow.get(
                    "metrics/get-history",
                    "run_id",
                    id,
                    "metric_key",
                    "loss",
                    "max_results",
                    "300",
                    "page_token",
                    token));
            page.path("metrics")
                    .forEach(point -> seen.add(point.path("timestamp").asLong()));
            token = page.path("next_page_token").asString("");
            if (token.isEmpty()) {
                break;
            }
        }
        assertThat(seen).hasSize(1000).doesNotHaveDuplicates();
        assertThat(mlflow.done(mlflow.get("metrics/get-history", "run_id", id, "metric_key", "none"))
                        .has("metrics"))
                .isFalse();
        mlflow.missing(mlflow.get("metrics/get-history", "run_id", "0".repeat(32), "metric_key", "m"));
        mlflow.invalid(mlflow.get("metrics/get-history", "run_id", id));
    }

    @Test
    void runsRefuseWhatIsMissingOrTooLong() {
        for (var route : List.of("log-metric", "log-parameter", "set-tag", "delete-tag")) {
            mlflow.missing(mlflow.post("runs/" + route, NOBODYS + ",\"key\":\"k\",\"value\":\"1\"}"));
            mlflow.invalid(mlflow.post("runs/" + route, "{\"key\":\"k\",\"value\":\"1\"}"));
        }
        for (var route : List.of("update", "delete", "restore", "log-batch", "log-inputs")) {
            mlflow.missing(mlflow.post("runs/" + route, NOBODYS + "}"));
            mlflow.invalid(mlflow.post("runs/" + route, "{}"));
        }
        mlflow.missing(mlflow.get("runs/get", "run_id", "not-a-run"));
        mlflow.missing(mlflow.post("runs/create", "{\"experiment_id\":\"77\"}"));
        var id = mlflow.run("0", 1);
        var run = "{\"run_id\":\"" + id + "\",";
        mlflow.invalid(mlflow.post("runs/update", run + "\"status\":\"DANCING\"}"));
        mlflow.invalid(mlflow.post("runs/log-metric", run + "\"key\":\"k\"}"));
        for (var key : List.of("../x", "/x", "a//b", "a/", "a/../b", ".", "..x", "a%b", "a\\tb")) {
            var named = "\"key\":\"" + key + "\",\"value\":";
            mlflow.invalid(mlflow.post("runs/log-metric", run + named + "1}"));
            mlflow.invalid(mlflow.post("runs/log-parameter", run + named + "\"1\"}"));
            mlflow.invalid(mlflow.post("runs/set-tag", run + named + "\"1\"}"));
            mlflow.invalid(mlflow.post("runs/log-batch", run + "\"metrics\":[{" + named + "1}]}"));
            mlflow.invalid(mlflow.post("runs/log-batch", run + "\"params\":[{" + named + "\"1\"}]}"));
        }
        for (var key : List.of("été/val loss:1", "a.b-c_d", ".a", "a/..b")) {
            mlflow.done(mlflow.post("runs/log-metric", run + "\"key\":\"" + key + "\",\"value\":1}"));
        }
        for (var list : List.of("log-batch:metrics", "log-batch:params", "log-inputs:datasets", "outputs:models")) {
            var parts = list.split(":");
            mlflow.invalid(mlflow.post("runs/" + parts[0], run + "\"" + parts[1] + "\":[null]}"));
        }
        mlflow.invalid(mlflow.post("runs/create", "{\"experiment_id\":\"0\",\"tags\":[null]}"));
        mlflow.invalid(mlflow.post("runs/search", "{\"experiment_ids\":[\"0\"],\"order_by\":[null]}"));
        mlflow.invalid(mlflow.post("logged-models", "{\"experiment_id\":\"0\",\"params\":[null]}"));
        mlflow.invalid(mlflow.post("logged-models/search", "{\"experiment_ids\":[\"0\"],\"order_by\":[null]}"));
        for (var moment : List.of("1000000000000000000", "-1", "9223372036854775807")) {
            mlflow.invalid(mlflow.post("runs/create", "{\"experiment_id\":\"0\",\"start_time\":" + moment + "}"));
            mlflow.invalid(mlflow.post("runs/update", run + "\"status\":\"FINISHED\",\"end_time\":" + moment + "}"));
        }
        assertThat(mlflow.ok(
                                "runs/search",
                                "{\"experiment_ids\":[\"0\"],\"filter\":\"attributes.start_time > 99999999999999999999\"}")
                        .path("runs"))
                .isEmpty();
        mlflow.invalid(mlflow.post("runs/log-metric", run + "\"key\":\"k\",\"value\":\"much\"}"));
        mlflow.refused(400, "MALFORMED_REQUEST", mlflow.post("runs/log-metric", run + "\"key\""));
        mlflow.invalid(mlflow.post("experiments/create", "{\"name\":5}"));
        mlflow.invalid(mlflow.post("runs/delete", "{\"run_id\":5}"));
        mlflow.invalid(mlflow.post("runs/log-metric", run + "\"key\":\"" + "k".repeat(251) + "\",\"value\":1}"));
        mlflow.ok("runs/set-tag", run + "\"key\":\"k\",\"value\":\"" + "v".repeat(8000) + "\"}");
        var pair = "{\"key\":\"%d\",\"value\":\"v\"}";
        var many = String.join(
                ",",
                java.util.stream.IntStream.range(0, 101)
                        .mapToObj(pair::formatted)
                        .toList());
        mlflow.invalid(mlflow.post("runs/log-batch", run + "\"params\":[" + many + "]}"));
        mlflow.invalid(mlflow.post("runs/log-batch", run + "\"tags\":[" + many + "]}"));
        var metric = "{\"key\":\"m\",\"value\":1,\"timestamp\":1,\"step\":0}";
        mlflow.invalid(mlflow.post(
                "runs/log-batch", run + "\"metrics\":[" + String.join(",", Collections.nCopies(1001, metric)) + "]}"));
        mlflow.invalid(mlflow.post(
                "runs/log-batch", run + "\"tags\":[{\"key\":\"a\",\"value\":\"" + "x".repeat(1_100_000) + "\"}]}"));
        mlflow.ok("runs/delete", run + "\"x\":1}");
        mlflow.invalid(mlflow.post("runs/log-metric", run + "\"key\":\"k\",\"value\":1}"));
        mlflow.ok("runs/restore", run + "\"x\":1}");
        mlflow.ok("runs/log-metric", run + "\"key\":\"k\",\"value\":1}");
    }

    /** Whoever asks again after a fault would ask in vain. */
    @Test
    void whatIsAskedForWronglyIsNoFault() {
        for (var query : List.of("%ff", "%00", "%c0%ae")) {
            mlflow.invalid(admin.get("/api/2.0/mlflow/runs/get?run_id=" + query));
        }
        for (var type : List.of("text/html", "image/png", "x", "application/problem+json")) {
            var answer = admin.get(
                    "/api/2.0/mlflow/runs/get?run_id=" + "0".repeat(32),
                    "Accept",
                    type,
                    "X-MLFLOW-WORKSPACE",
                    namespace);
            mlflow.missing(answer);
            var found = admin.get(
                    "/api/2.0/mlflow/experiments/get?experiment_id=0", "Accept", type, "X-MLFLOW-WORKSPACE", namespace);
            assertThat(found.status()).as("%s", found).isEqualTo(200);
        }
        for (var type : List.of("text/plain", "application/x-www-form-urlencoded", "application/xml")) {
            mlflow.invalid(admin.post(
                    "/api/2.0/mlflow/experiments/create",
                    "{\"name\":\"x\"}",
                    "Content-Type",
                    type,
                    "X-MLFLOW-WORKSPACE",
                    namespace));
        }
        mlflow.invalid(mlflow.post("experiments/delete", "{\"experiment_id\":\"0\"}"));
    }

    /** As MLflow's stores do by default: a run does not end for a long parameter. */
    @Test
    void valuesThatAreTooLongAreCut() {
        var id = mlflow.run("0", 1);
        var run = "{\"run_id\":\"" + id + "\",";
        var sailing = "\u26f5".repeat(5999) + "\ud83d\udea2";
        mlflow.ok("runs/log-parameter", run + "\"key\":\"cut\",\"value\":\"" + sailing + "x\"}");
        mlflow.ok("runs/log-parameter", run + "\"key\":\"cut\",\"value\":\"" + sailing + "y\"}");
        mlflow.ok("runs/set-tag", run + "\"key\":\"cut\",\"value\":\"" + "v".repeat(8001) + "\"}");
        mlflow.ok("runs/log-batch", run + "\"params\":[{\"key\":\"R²\",\"value\":\"" + "v".repeat(7000) + "\"}]}");
        mlflow.ok("runs/log-model", run + "\"model_json\":\"{\\\"a\\\": \\\"" + "v".repeat(9000) + "\\\"}\"}");
        var data = mlflow.done(mlflow.get("runs/get", "run_id", id)).at("/run/data");
        assertThat(text(data.path("params"), "cut")).isEqualTo(sailing);
        assertThat(text(data.path("params"), "R²")).isEqualTo("v".repeat(6000));
        assertThat(text(data.path("tags"), "cut")).isEqualTo("v".repeat(8000));
    }

    private static String text(JsonNode pairs, String key) {
        return pairs.valueStream()
                .filter(pair -> pair.path("key").asString().equals(key))
                .map(pair -> pair.path("value").asString())
                .findFirst()
                .orElse("");
    }

    @Test
    void runsAreSearchedByWhatWasLogged() {
        var e = mlflow.experiment("search");
        var runs = new ArrayList<String>();
        for (var n = 0; n < 4; n++) {
            var id = mlflow.run(e, n);
            runs.add(id);
            var value = List.of("0.1", "\"NaN\"", "0.9").get(n % 3);
            mlflow.ok(
                    "runs/log-batch",
                    "{\"run_id\":\"" + id + "\",\"metrics\":"
                            + (n == 3
                                    ? "[]"
                                    : "[{\"key\":\"val/acc\",\"value\":" + value + ",\"timestamp\":1,\"step\":0}]")
                            + ",\"params\":[{\"key\":\"alpha\",\"value\":\"" + n
                            + "\"}],\"tags\":[{\"key\":\"team x\",\"value\":\"T"
                            + n % 2 + "\"}]}");
        }
        mlflow.ok("runs/update", "{\"run_id\":\"" + runs.get(2) + "\",\"status\":\"FAILED\"}");
        assertThat(mlflow.search(e, "", "")).containsExactly(runs.get(3), runs.get(2), runs.get(1), runs.get(0));
        assertThat(mlflow.search(e, "metrics.`val/acc` > 0.5", "")).containsExactly(runs.get(2));
        assertThat(mlflow.search(e, "metrics.`val/acc` <= 0.9", "start_time"))
                .containsExactly(runs.get(0), runs.get(2));
        assertThat(mlflow.search(e, "params.alpha = '1'", "")).containsExactly(runs.get(1));
        assertThat(mlflow.search(e, "params.alpha IN ('1','3')", "attributes.start_time ASC"))
                .containsExactly(runs.get(1), runs.get(3));
        assertThat(mlflow.search(e, "tags.`team x` ILIKE 't1' AND status = 'RUNNING'", ""))
                .containsExactly(runs.get(3), runs.get(1));
        assertThat(mlflow.search(e, "tags.none IS NULL AND attributes.status != 'RUNNING'", ""))
                .containsExactly(runs.get(2));
        assertThat(mlflow.search(e, "start_time > 1800000000001 AND user_id = 'ana'", ""))
                .containsExactly(runs.get(3), runs.get(2));
        assertThat(mlflow.search(e, "run_id NOT IN ('" + runs.get(0) + "')", ""))
                .hasSize(3);
        // Not a number after the numbers, without any value last, whichever the direction.
        assertThat(mlflow.search(e, "", "metrics.`val/acc` DESC"))
                .containsExactly(runs.get(2), runs.get(0), runs.get(1), runs.get(3));
        assertThat(mlflow.search(e, "", "metrics.`val/acc`"))
                .containsExactly(runs.get(0), runs.get(2), runs.get(1), runs.get(3));
        for (var wrong :
                List.of("metrics.a = 'x'", "params.a = 1", "bogus = 'x'", "metrics.a LIKE 'x'", "a = 1 OR b = 2")) {
            mlflow.invalid(mlflow.post(
                    "runs/search", "{\"experiment_ids\":[\"" + e + "\"],\"filter\":" + MlflowApi.quoted(wrong) + "}"));
        }
        mlflow.invalid(mlflow.post("runs/search", "{\"experiment_ids\":[\"0\"],\"max_results\":50001}"));
    }

    @Test
    void pagesOfASearchNeitherRepeatNorLeaveOut() {
        var e = mlflow.experiment("pages");
        var runs = new ArrayList<String>();
        for (var n = 0; n < 23; n++) {
            var id = mlflow.run(e, n / 3);
            runs.add(id);
            if (n % 4 != 0) {
                mlflow.ok("runs/log-metric", "{\"run_id\":\"" + id + "\",\"key\":\"m\",\"value\":" + n % 3 + "}");
            }
        }
        for (var order :
                List.of("", "metrics.m DESC", "metrics.m ASC", "attributes.end_time", "tags.none", "run_name")) {
            var seen = new ArrayList<String>();
            for (var token = ""; ; ) {
                var page = mlflow.ok(
                        "runs/search",
                        "{\"experiment_ids\":[\"" + e + "\"],\"max_results\":5,\"order_by\":["
                                + (order.isEmpty() ? "" : MlflowApi.quoted(order)) + "],\"page_token\":\"" + token
                                + "\"}");
                seen.addAll(MlflowApi.ids(page));
                token = page.path("next_page_token").asString("");
                if (token.isEmpty()) {
                    break;
                }
            }
            assertThat(seen).as(order).containsExactlyElementsOf(mlflow.search(e, "", order));
            assertThat(seen).containsExactlyInAnyOrderElementsOf(runs);
        }
    }

    @Test
    void anotherNamespaceSeesNothingOfIt() {
        var experiment = mlflow.experiment("secret");
        var run = mlflow.run(experiment, 1);
        var theirs = new MlflowApi(admin.member(admin.namespace(), "ADMIN"), namespace);
        theirs.missing(theirs.get("runs/get", "run_id", run));
        theirs.missing(theirs.post("runs/search", "{\"experiment_ids\":[\"" + experiment + "\"]}"));
        var other = admin.namespace();
        var stranger = new MlflowApi(admin.member(other, "ADMIN"), other);
        stranger.missing(stranger.get("runs/get", "run_id", run));
        stranger.missing(stranger.get("experiments/get", "experiment_id", experiment));
        stranger.missing(stranger.get("experiments/get-by-name", "experiment_name", "secret"));
        stranger.missing(stranger.post("runs/log-metric", "{\"run_id\":\"" + run + "\",\"key\":\"k\",\"value\":1}"));
        stranger.missing(stranger.post("runs/delete", "{\"run_id\":\"" + run + "\"}"));
        assertThat(MlflowApi.ids(stranger.ok("runs/search", "{\"experiment_ids\":[\"" + experiment + "\",\"0\"]}")))
                .isEmpty();
        // The first experiment of every namespace has the same number: it tells nothing of others.
        assertThat(stranger.experiment("mine")).isEqualTo(experiment);
    }

    @Test
    void rolesHoldAndTokensComeInEitherWay() {
        var viewer = admin.member(namespace, "VIEWER");
        var reading = new MlflowApi(viewer, namespace);
        reading.ok("experiments/search", "{}");
        reading.refused(403, "PERMISSION_DENIED", reading.post("experiments/create", "{\"name\":\"x\"}"));
        reading.refused(403, "PERMISSION_DENIED", reading.post("runs/create", "{}"));
        // One namespace only: it need not be named.
        assertThat(viewer.post("/api/2.0/mlflow/experiments/search", "{}").status())
                .isEqualTo(200);
        mlflow.invalid(admin.post("/api/2.0/mlflow/experiments/search", "{}"));
        var basic = Base64.getEncoder().encodeToString(("anything:" + viewer.token()).getBytes(StandardCharsets.UTF_8));
        assertThat(new TestApi(port, "")
                        .post("/api/2.0/mlflow/experiments/search", "{}", "Authorization", "Basic " + basic)
                        .status())
                .isEqualTo(200);
        for (var header : List.of("Basic " + basic.substring(0, 12), "Basic !", "Bearer x", "Digest x")) {
            mlflow.refused(
                    401,
                    "UNAUTHENTICATED",
                    new TestApi(port, "").post("/api/2.0/mlflow/experiments/search", "{}", "Authorization", header));
        }
    }

    @Test
    void theServerSaysWhatItIsAndWhatItDoesNotOffer() {
        assertThat(new TestApi(port, "").get("/health").text()).isEqualTo("OK");
        assertThat(new TestApi(port, "").get("/version").text()).matches("\\d+\\.\\d+\\.\\d+");
        var info = admin.get("/api/3.0/mlflow/server-info").json();
        assertThat(info.path("workspaces_enabled").asBoolean()).isTrue();
        assertThat(info.path("multipart_uploads_enabled").asBoolean()).isFalse();
        assertThat(admin.get("/api/3.0/mlflow/workspaces")
                        .json()
                        .path("workspaces")
                        .valueStream()
                        .map(w -> w.path("name").asString()))
                .contains(namespace);
        mlflow.missing(admin.get("/api/3.0/mlflow/workspaces/no-such"));
        mlflow.refused(404, "ENDPOINT_NOT_FOUND", mlflow.post("traces", "{}"));
        mlflow.refused(404, "ENDPOINT_NOT_FOUND", mlflow.get("runs/create"));
        for (var path :
                List.of("/api/2.1/mlflow/x", "/ajax-api/2.0/mlflow/runs/get", "/graphql", "/get-artifact?path=x")) {
            mlflow.refused(404, "ENDPOINT_NOT_FOUND", admin.get(path));
            mlflow.refused(401, "UNAUTHENTICATED", new TestApi(port, "").get(path));
        }
        mlflow.refused(404, "ENDPOINT_NOT_FOUND", admin.post("/api/3.0/mlflow/traces/search", "{}"));
    }
}
