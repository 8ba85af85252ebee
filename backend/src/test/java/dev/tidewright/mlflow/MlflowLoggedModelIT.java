package dev.tidewright.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.TestApi.Answer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;

@IntegrationTest
class MlflowLoggedModelIT {

    private static final String MODELS = "/api/2.0/mlflow/logged-models";
    private static final String FILES = "/api/2.0/mlflow-artifacts/artifacts";
    private static final String NOBODYS = "m-" + "0".repeat(32);

    @LocalServerPort
    private int port;

    private TestApi admin;
    private String namespace;
    private MlflowApi mlflow;
    private String run;

    @BeforeEach
    void begin() {
        admin = TestApi.admin(port);
        namespace = admin.namespace();
        mlflow = new MlflowApi(admin, namespace);
        run = mlflow.run("0", 1);
    }

    @Test
    void aModelIsAnnouncedWrittenFinishedAndFoundAtItsRun() {
        var info = mlflow.ok(
                        "logged-models",
                        "{\"experiment_id\":\"0\",\"name\":\"model\",\"source_run_id\":\"" + run
                                + "\",\"params\":[{\"key\":\"a\",\"value\":\"1\"}],\"tags\":[{\"key\":\"t\",\"value\":\"x\"}]}")
                .at("/model/info");
        var id = info.path("model_id").asString();
        assertThat(id).matches("m-[0-9a-f]{32}");
        assertThat(info.path("status").asString()).isEqualTo("LOGGED_MODEL_PENDING");
        assertThat(info.path("artifact_uri").asString()).isEqualTo("mlflow-artifacts:/0/models/" + id + "/artifacts");
        assertThat(info.path("creation_timestamp_ms").asLong()).isPositive();

        var folder = FILES + "/0/models/" + id + "/artifacts";
        mlflow.done(admin.put(folder + "/MLmodel", "flavors: {}", "X-MLFLOW-WORKSPACE", namespace));
        assertThat(get(FILES + "?path=0/models/" + id + "/artifacts")
                        .json()
                        .at("/files/0/path")
                        .asString())
                .isEqualTo("MLmodel");
        assertThat(get(MODELS + "/" + id + "/artifacts/directories")
                        .json()
                        .at("/files/0/path")
                        .asString())
                .isEqualTo("MLmodel");
        assertThat(get(folder + "/MLmodel").text()).isEqualTo("flavors: {}");

        mlflow.ok(
                "runs/outputs",
                "{\"run_id\":\"" + run + "\",\"models\":[{\"model_id\":\"" + id + "\",\"step\":\"3\"}]}");
        mlflow.done(patch("/" + id + "/tags", "{\"tags\":[{\"key\":\"u\",\"value\":\"y\"}]}"));
        mlflow.done(delete("/" + id + "/tags/t"));
        mlflow.ok(
                "logged-models/" + id + "/params",
                "{\"params\":[{\"key\":\"b\",\"value\":\"2\"},{\"key\":\"a\",\"value\":\"9\"}]}");
        var done = mlflow.done(patch("/" + id, "{\"model_id\":\"" + id + "\",\"status\":\"LOGGED_MODEL_READY\"}"));
        assertThat(done.at("/model/info/status").asString()).isEqualTo("LOGGED_MODEL_READY");

        var read = get(MODELS + "/" + id).json().path("model");
        assertThat(read.at("/info/tags/0/key").asString()).isEqualTo("u");
        assertThat(read.at("/data/params/0/value").asString()).isEqualTo("1");
        assertThat(read.at("/data/params")).hasSize(2);
        assertThat(mlflow.done(mlflow.get("runs/get", "run_id", run))
                        .at("/run/outputs/model_outputs/0/model_id")
                        .asString())
                .isEqualTo(id);
        var reader = mlflow.run("0", 2);
        for (var times = 0; times < 2; times++) {
            mlflow.done(mlflow.post(
                    "runs/log-inputs", "{\"run_id\":\"" + reader + "\",\"models\":[{\"model_id\":\"" + id + "\"}]}"));
        }
        var inputs = mlflow.done(mlflow.get("runs/get", "run_id", reader)).at("/run/inputs/model_inputs");
        assertThat(inputs.valueStream().map(model -> model.path("model_id").asString()))
                .containsExactly(id);
        for (var filter : List.of(
                "name = 'model'",
                "source_run_id = '" + run + "' AND status = 'READY'",
                "tags.u = 'y'",
                "params.a LIKE '1%'",
                "model_id IN ('" + id + "')")) {
            assertThat(search(filter).json().at("/models/0/info/model_id").asString())
                    .as(filter)
                    .isEqualTo(id);
        }
        assertThat(search("name = 'other'").text()).isEqualTo("{}");

        mlflow.done(delete("/" + id));
        mlflow.missing(get(MODELS + "/" + id));
        mlflow.missing(get(folder + "/MLmodel"));
        assertThat(search("").text()).isEqualTo("{}");
    }

    @Test
    void whatIsMeasuredOfAModelIsFoundAtIt() {
        var good = model("good");
        var bad = model("bad");
        model("never measured");
        measure(good, "acc", 0.5, 1, "train");
        measure(good, "acc", 0.9, 2, "train");
        // Came late: the run has it, the model keeps the newest.
        measure(good, "acc", 0.1, 0, "train");
        measure(good, "acc", 0.7, 2, "test");
        mlflow.done(mlflow.post(
                "runs/log-batch",
                "{\"run_id\":\"" + run + "\",\"metrics\":[" + metric(bad, "acc", 0.8, 3, "train") + ","
                        + metric(bad, "loss", 4, 3, "") + ",{\"key\":\"lr\",\"value\":1,\"timestamp\":1}]}"));
        var seen = mlflow.done(mlflow.get("logged-models/" + good)).at("/model/data/metrics");
        assertThat(seen.valueStream().map(one -> one.path("dataset_name").asString() + one.path("value")))
                .containsExactlyInAnyOrder("train0.9", "test0.7");
        assertThat(seen.get(0).path("model_id").asString()).isEqualTo(good);
        assertThat(seen.get(0).path("run_id").asString()).isEqualTo(run);
        assertThat(names("metrics.acc > 0.85", "")).containsExactly("good");
        assertThat(names("metrics.acc < 0.75", "")).containsExactly("good");
        assertThat(names("metrics.acc > 0", ",\"datasets\":[{\"dataset_name\":\"test\",\"dataset_digest\":\"d1\"}]"))
                .containsExactly("good");
        assertThat(names("", ",\"datasets\":[{\"dataset_name\":\"none\"}]")).isEmpty();
        assertThat(
                        names(
                                "",
                                ",\"datasets\":[{\"dataset_name\":\"train\"}],\"order_by\":[{\"field_name\":\"metrics.acc\",\"ascending\":true}]"))
                .containsExactly("bad", "good");
        assertThat(
                        names(
                                "metrics.acc > 0",
                                ",\"order_by\":[{\"field_name\":\"metrics.acc\",\"ascending\":false,\"dataset_name\":\"test\"}]"))
                .containsExactly("good", "bad");
        assertThat(names("", ",\"order_by\":[{\"field_name\":\"metrics.loss\",\"ascending\":false}]"))
                .startsWith("bad");
        mlflow.missing(mlflow.post(
                "runs/log-metric",
                "{\"run_id\":\"" + run + "\","
                        + metric(NOBODYS, "acc", 1, 0, "").substring(1)));
        assertThat(mlflow.done(mlflow.get("metrics/get-history", "run_id", run, "metric_key", "acc"))
                        .path("metrics"))
                .hasSize(5);
    }

    private String model(String name) {
        return mlflow.ok("logged-models", "{\"name\":\"" + name + "\"}")
                .at("/model/info/model_id")
                .asString();
    }

    private void measure(String model, String key, double value, long step, String dataset) {
        mlflow.done(mlflow.post(
                "runs/log-metric",
                "{\"run_id\":\"" + run + "\","
                        + metric(model, key, value, step, dataset).substring(1)));
    }

    private static String metric(String model, String key, double value, long step, String dataset) {
        return "{\"key\":\"" + key + "\",\"value\":" + value + ",\"timestamp\":" + (1000 + step) + ",\"step\":" + step
                + ",\"model_id\":\"" + model + "\""
                + (dataset.isEmpty() ? "" : ",\"dataset_name\":\"" + dataset + "\",\"dataset_digest\":\"d1\"") + "}";
    }

    private List<String> names(String filter, String more) {
        return mlflow.ok(
                        "logged-models/search",
                        "{\"experiment_ids\":[\"0\"],\"filter\":" + MlflowApi.quoted(filter) + more + "}")
                .path("models")
                .valueStream()
                .map(model -> model.at("/info/name").asString())
                .toList();
    }

    @Test
    void modelsAreSortedPageByPage() {
        for (var name : List.of("b", "a", "c")) {
            mlflow.ok("logged-models", "{\"name\":\"" + name + "\"}");
        }
        var ask =
                "{\"experiment_ids\":[\"0\"],\"max_results\":2,\"order_by\":[{\"field_name\":\"name\",\"ascending\":false}]";
        var first = mlflow.ok("logged-models/search", ask + "}");
        assertThat(first.path("models")
                        .valueStream()
                        .map(model -> model.at("/info/name").asString()))
                .containsExactly("c", "b");
        var second = mlflow.ok(
                "logged-models/search",
                ask + ",\"page_token\":\"" + first.path("next_page_token").asString() + "\"}");
        assertThat(second.at("/models/0/info/name").asString()).isEqualTo("a");
    }

    @Test
    void whatIsMissingOrWrongIsRefused() {
        mlflow.missing(get(MODELS + "/" + NOBODYS));
        mlflow.missing(get(MODELS + "/nonsense"));
        mlflow.missing(get(MODELS + "/" + NOBODYS + "/artifacts/directories"));
        mlflow.missing(get(FILES + "/0/models/" + NOBODYS + "/artifacts/x"));
        mlflow.missing(patch("/" + NOBODYS, "{\"status\":\"LOGGED_MODEL_READY\"}"));
        mlflow.missing(patch("/" + NOBODYS + "/tags", "{\"tags\":[]}"));
        mlflow.missing(delete("/" + NOBODYS));
        mlflow.missing(delete("/" + NOBODYS + "/tags/t"));
        mlflow.missing(mlflow.post("logged-models/" + NOBODYS + "/params", "{\"params\":[]}"));
        mlflow.missing(mlflow.post("logged-models", "{\"experiment_id\":\"77\"}"));
        mlflow.missing(mlflow.post("logged-models", "{\"source_run_id\":\"" + "0".repeat(32) + "\"}"));
        mlflow.missing(mlflow.post(
                "runs/outputs", "{\"run_id\":\"" + run + "\",\"models\":[{\"model_id\":\"" + NOBODYS + "\"}]}"));
        mlflow.invalid(mlflow.post("runs/outputs", "{}"));
        mlflow.missing(mlflow.post(
                "runs/log-inputs", "{\"run_id\":\"" + run + "\",\"models\":[{\"model_id\":\"" + NOBODYS + "\"}]}"));
        mlflow.invalid(mlflow.post("logged-models", "{\"name\":\"" + "x".repeat(501) + "\"}"));
        mlflow.invalid(search("datasets.name = 'a'"));
        mlflow.invalid(mlflow.post(
                "logged-models/search",
                "{\"experiment_ids\":[\"0\"],\"order_by\":[{\"field_name\":\"metrics.a\",\"dataset_name\":\"d\"},"
                        + "{\"field_name\":\"metrics.a\",\"dataset_name\":\"e\"}]}"));
        mlflow.invalid(mlflow.post(
                "runs/log-metric",
                "{\"run_id\":\"" + run + "\","
                        + metric(NOBODYS, "acc", 1, 0, "x".repeat(501)).substring(1)));
        mlflow.invalid(mlflow.post("logged-models/search", "{\"max_results\":50001}"));
        var id = mlflow.ok("logged-models", "{}").at("/model/info/model_id").asString();
        mlflow.invalid(patch("/" + id, "{\"status\":\"LOGGED_MODEL_DANCING\"}"));
        mlflow.invalid(patch("/" + id, "{}"));
        mlflow.invalid(get(MODELS + "/" + id + "/artifacts/directories?artifact_directory_path=../x"));
        mlflow.missing(delete("/" + id + "/tags/none"));
    }

    @Test
    void anotherNamespaceSeesNothingOfIt() {
        var id = mlflow.ok("logged-models", "{\"name\":\"secret\"}")
                .at("/model/info/model_id")
                .asString();
        var other = admin.namespace();
        var stranger = new MlflowApi(admin.member(other, "ADMIN"), other);
        stranger.missing(stranger.get("logged-models/" + id));
        stranger.missing(stranger.post("logged-models", "{\"source_run_id\":\"" + run + "\"}"));
        assertThat(stranger.ok("logged-models/search", "{\"experiment_ids\":[\"0\"]}")
                        .has("models"))
                .isFalse();
        var viewer = new MlflowApi(admin.member(namespace, "VIEWER"), namespace);
        viewer.refused(403, "PERMISSION_DENIED", viewer.post("logged-models", "{}"));
    }

    private Answer get(String path) {
        return admin.get(path, "X-MLFLOW-WORKSPACE", namespace);
    }

    private Answer patch(String path, String json) {
        return admin.patch(MODELS + path, json, "X-MLFLOW-WORKSPACE", namespace);
    }

    private Answer delete(String path) {
        return admin.delete(MODELS + path, "X-MLFLOW-WORKSPACE", namespace);
    }

    private Answer search(String filter) {
        return mlflow.post(
                "logged-models/search", "{\"experiment_ids\":[\"0\"],\"filter\":" + MlflowApi.quoted(filter) + "}");
    }
}
