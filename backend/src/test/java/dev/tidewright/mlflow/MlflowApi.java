package dev.tidewright.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.TestApi;
import dev.tidewright.TestApi.Answer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Calls MLflow's routes in one namespace, as its clients do. */
final class MlflowApi {

    private static final String BASE = "/api/2.0/mlflow/";

    private final TestApi api;
    private final String namespace;

    MlflowApi(TestApi api, String namespace) {
        this.api = api;
        this.namespace = namespace;
    }

    Answer get(String path, String... query) {
        var pairs = new ArrayList<String>();
        for (var n = 0; n < query.length; n += 2) {
            pairs.add(query[n] + "=" + URLEncoder.encode(query[n + 1], StandardCharsets.UTF_8));
        }
        return api.get(BASE + path + "?" + String.join("&", pairs), "X-MLFLOW-WORKSPACE", namespace);
    }

    Answer post(String path, String json) {
        return api.post(BASE + path, json, "X-MLFLOW-WORKSPACE", namespace);
    }

    Answer patch(String path, String json) {
        return api.patch(BASE + path, json, "X-MLFLOW-WORKSPACE", namespace);
    }

    Answer delete(String path, String json) {
        return api.deleteThat(BASE + path, json, "X-MLFLOW-WORKSPACE", namespace);
    }

    /** A model that a run has written, with these files. */
    String loggedModel(String run, String... files) {
        var id = ok("logged-models", "{\"experiment_id\":\"0\",\"name\":\"model\",\"source_run_id\":\"" + run + "\"}")
                .at("/model/info/model_id")
                .asString();
        for (var file : files) {
            put("0/models/" + id + "/artifacts/" + file, "content of " + file);
        }
        done(patch("logged-models/" + id, "{\"status\":\"LOGGED_MODEL_READY\"}"));
        return id;
    }

    void put(String place, String content) {
        done(api.put("/api/2.0/mlflow-artifacts/artifacts/" + place, content, "X-MLFLOW-WORKSPACE", namespace));
    }

    Answer file(String place) {
        return api.get("/api/2.0/mlflow-artifacts/artifacts/" + place, "X-MLFLOW-WORKSPACE", namespace);
    }

    JsonNode done(Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json();
    }

    JsonNode ok(String path, String json) {
        return done(post(path, json));
    }

    void refused(int status, String code, Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.json().path("error_code").asString(""))
                .as("%s", answer)
                .isEqualTo(code);
        assertThat(answer.json().path("message").asString("")).isNotBlank();
    }

    void missing(Answer answer) {
        refused(404, "RESOURCE_DOES_NOT_EXIST", answer);
    }

    void invalid(Answer answer) {
        refused(400, "INVALID_PARAMETER_VALUE", answer);
    }

    String experiment(String name) {
        return ok("experiments/create", "{\"name\":\"" + name + "\"}")
                .path("experiment_id")
                .asString();
    }

    /** A run that began this many milliseconds after an epoch of its own, so that runs have an order. */
    String run(String experiment, long startedAt) {
        return ok(
                        "runs/create",
                        "{\"experiment_id\":\"" + experiment + "\",\"start_time\":" + (1_800_000_000_000L + startedAt)
                                + ",\"user_id\":\"ana\"}")
                .at("/run/info/run_id")
                .asString();
    }

    List<String> search(String experiment, String filter, String order) {
        return ids(ok(
                "runs/search",
                "{\"experiment_ids\":[\"" + experiment + "\"],\"filter\":" + quoted(filter) + ",\"order_by\":["
                        + (order.isEmpty() ? "" : quoted(order)) + "]}"));
    }

    static List<String> ids(JsonNode page) {
        var ids = new ArrayList<String>();
        page.path("runs").forEach(run -> ids.add(run.at("/info/run_id").asString()));
        return ids;
    }

    static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
