package dev.tidewright.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** What a job's program may do with the variables that it finds, for how long, and what the job shows of it. */
@IntegrationTest
class JobProgramIT {

    private static final String RESOURCES = "\"resources\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"}";
    private static final String TELLS_AND_SLEEPS =
            "\"command\":[\"sh\",\"-c\",\"env | grep ^MLFLOW_; echo to''ld; sleep 600\"]," + RESOURCES;

    private static final Pattern VARIABLE = Pattern.compile("(MLFLOW_[A-Z_]+)=(\\S+)");

    @LocalServerPort
    private int port;

    private TestApi api = new TestApi(0, "");
    private String namespace = "";
    private String jobs = "";

    @BeforeEach
    void emptyNamespace() {
        api = TestApi.admin(port);
        namespace = api.namespace("{\"cpu\":\"4\",\"memory\":\"4Gi\"}");
        jobs = "/api/v1/namespaces/" + namespace + "/jobs";
    }

    @AfterEach
    void nothingRunsOn() {
        api.get(jobs).json().path("items").forEach(job -> {
            if (job.at("/status/finishedAt").isMissingNode()) {
                api.post(jobs + "/" + job.at("/metadata/name").asString() + "/cancel", "{}");
            }
        });
    }

    @Test
    void aProgramLogsIntoItsJobsRunWhileItRunsAndNoLonger() {
        var told = started("train", "\"parameters\":{\"alpha\":0.5}," + TELLS_AND_SLEEPS);
        var run = api.get(jobs + "/train").json().at("/status/run").asString();
        assertThat(told)
                .containsEntry("MLFLOW_TRACKING_URI", "http://127.0.0.1:" + port)
                .containsEntry("MLFLOW_RUN_ID", run.replace("-", ""))
                .containsEntry("MLFLOW_EXPERIMENT_ID", "0");
        var id = value(told, "MLFLOW_RUN_ID");
        var program = new TestApi(port, value(told, "MLFLOW_TRACKING_TOKEN"));
        // The namespace need not be named: the token knows it.
        var read = program.get("/api/2.0/mlflow/runs/get?run_id=" + id).json().path("run");
        assertThat(read.at("/info/run_name").asString()).isEqualTo("train");
        assertThat(read.at("/data/params/0/value").asString()).isEqualTo("0.5");
        assertThat(tags(read)).containsEntry("mlflow.runName", "train").containsEntry("mlflow.source.type", "JOB");
        done(program.post(
                "/api/2.0/mlflow/runs/update", "{\"run_id\":\"" + id + "\",\"status\":\"RUNNING\",\"end_time\":1000}"));
        done(program.post(
                "/api/2.0/mlflow/runs/log-metric", "{\"run_id\":\"" + id + "\",\"key\":\"loss\",\"value\":0.25}"));
        done(program.put("/api/2.0/mlflow-artifacts/artifacts/0/" + id + "/artifacts/notes/a.txt", "hello"));
        assertThat(api.get(jobs + "/train").json().at("/status/metrics/loss").asDouble())
                .isEqualTo(0.25);
        assertThat(api.get("/api/v1/namespaces/" + namespace + "/runs/" + run)
                        .json()
                        .at("/status/endedAt")
                        .isMissingNode())
                .as("what records has not ended, whatever its client sends along")
                .isTrue();

        assertThat(api.post(jobs + "/train/cancel", "{}").status()).isEqualTo(200);
        awaited(() ->
                api.get(jobs + "/train").json().at("/status/phase").asString().equals("CANCELLED"));
        var late = program.post(
                "/api/2.0/mlflow/runs/log-metric", "{\"run_id\":\"" + id + "\",\"key\":\"loss\",\"value\":0.5}");
        assertThat(late.status()).isEqualTo(401);
        assertThat(late.json().path("error_code").asString()).isEqualTo("UNAUTHENTICATED");
        assertThat(late.json().path("message").asString()).contains("while its job ran");
        assertThat(api.get("/api/v1/namespaces/" + namespace + "/runs/" + run)
                        .json()
                        .at("/status/phase")
                        .asString())
                .isEqualTo("KILLED");
    }

    @Test
    void itsTokenIsGoodForNothingElse() {
        var program = new TestApi(port, value(started("narrow", TELLS_AND_SLEEPS), "MLFLOW_TRACKING_TOKEN"));
        var other = api.namespace();
        var elsewhere =
                program.post("/api/2.0/mlflow/experiments/search", "{\"max_results\":10}", "X-MLFLOW-WORKSPACE", other);
        var nowhere = program.post(
                "/api/2.0/mlflow/experiments/search", "{\"max_results\":10}", "X-MLFLOW-WORKSPACE", "no-such");
        assertThat(elsewhere.status()).isEqualTo(404);
        assertThat(elsewhere.text()).isEqualTo(nowhere.text().replace("no-such", other));
        assertThat(program.get("/api/3.0/mlflow/workspaces").json().path("workspaces"))
                .singleElement()
                .satisfies(one -> assertThat(one.path("name").asString()).isEqualTo(namespace));
        var job = api.get(jobs + "/narrow").json().at("/metadata/uid").asString();
        for (var path : List.of(
                "/api/v1/whoami",
                "/api/v1/namespaces",
                "/api/v1/tokens",
                "/api/v1/users",
                "/api/v1/namespaces/" + namespace,
                jobs,
                jobs + "/narrow",
                jobs + "/narrow/logs",
                "/api/v1/namespaces/" + namespace + "/runs",
                "/api/v1/namespaces/" + namespace + "/models",
                "/api/v1/namespaces/" + namespace + "/endpoints",
                "/api/v1/runtime/jobs/" + job + "/attempts/1",
                "/actuator/prometheus")) {
            assertThat(program.get(path).status()).as(path).isIn(403, 404);
        }
        assertThat(program.post(jobs, "{\"command\":[\"true\"]}").status()).isEqualTo(404);
        assertThat(program.post("/api/v1/tokens", "{\"name\":\"x\",\"scope\":\"READ\"}")
                        .status())
                .isEqualTo(403);
        assertThat(program.get("/ns/" + namespace).status()).as("no page").isIn(200, 302, 401);
    }

    @Test
    void aProgramRegistersWhatItHasMadeButPutsNothingIntoUse() {
        var told = started("registers", TELLS_AND_SLEEPS);
        var program = new TestApi(port, value(told, "MLFLOW_TRACKING_TOKEN"));
        var id = value(told, "MLFLOW_RUN_ID");
        var artifacts = "/api/2.0/mlflow-artifacts/artifacts/0/" + id + "/artifacts/model/";
        done(program.put(artifacts + "MLmodel", "flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n"));
        done(program.post("/api/2.0/mlflow/registered-models/create", "{\"name\":\"Made By Job\"}"));
        var version = done(program.post("/api/2.0/mlflow/model-versions/create", """
                {"name":"Made By Job","source":"runs:/%s/model","run_id":"%s"}""".formatted(id, id)));
        assertThat(version.at("/model_version/version").asString()).isEqualTo("1");
        assertThat(api.get("/api/v1/namespaces/" + namespace + "/models/Made%20By%20Job/versions/1")
                        .json()
                        .at("/metadata/createdBy")
                        .asString())
                .isEqualTo("job registers");
        var alias = program.post(
                "/api/2.0/mlflow/registered-models/alias",
                "{\"name\":\"Made By Job\",\"alias\":\"champion\",\"version\":\"1\"}");
        assertThat(alias.status()).isEqualTo(403);
        assertThat(alias.json().path("message").asString()).contains("deployer").contains("a token of yours");
    }

    @Test
    void aProgramsFurtherRunsNameTheJobAndEndWithIt() {
        var told = started("sweep", "\"experiment\":\"tides\"," + TELLS_AND_SLEEPS);
        var program = new TestApi(port, value(told, "MLFLOW_TRACKING_TOKEN"));
        assertThat(value(told, "MLFLOW_EXPERIMENT_ID")).isEqualTo("1");
        var mine = value(told, "MLFLOW_RUN_ID");
        var child = done(program.post("/api/2.0/mlflow/runs/create", """
                        {"experiment_id":"1","run_name":"trial","tags":[{"key":"mlflow.parentRunId","value":"%s"}]}
                        """.formatted(mine)))
                .at("/run/info/run_id")
                .asString();
        assertThat(child).isNotEqualTo(mine);
        var runs = api.get("/api/v1/namespaces/" + namespace + "/runs?job=sweep")
                .json()
                .path("items");
        assertThat(runs).hasSize(2);
        assertThat(runs.path(0).at("/spec/source/own").asBoolean()).isFalse();
        assertThat(runs.path(0).at("/metadata/createdBy").asString()).isEqualTo("job sweep");
        // It was told its experiment, so asking for another one changes nothing.
        done(program.post("/api/2.0/mlflow/experiments/create", "{\"name\":\"another\"}"));
        assertThat(experimentOf(mine)).isEqualTo("1");
        api.post(jobs + "/sweep/cancel", "{}");
        awaited(() ->
                api.get(jobs + "/sweep").json().at("/status/phase").asString().equals("CANCELLED"));
        assertThat(api.get("/api/v1/namespaces/" + namespace + "/runs?job=sweep")
                        .json()
                        .path("items"))
                .allSatisfy(
                        run -> assertThat(run.at("/status/phase").asString()).isEqualTo("KILLED"));
    }

    @Test
    void aRunGoesToTheExperimentThatItsProgramChoosesBeforeItLogs() {
        var told = started("free", TELLS_AND_SLEEPS);
        var program = new TestApi(port, value(told, "MLFLOW_TRACKING_TOKEN"));
        var mine = value(told, "MLFLOW_RUN_ID");
        var number = done(program.post("/api/2.0/mlflow/experiments/create", "{\"name\":\"chosen\"}"))
                .path("experiment_id")
                .asString();
        assertThat(experimentOf(mine)).isEqualTo(number);
        done(program.get("/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default"));
        assertThat(experimentOf(mine)).isEqualTo("0");
        done(program.get("/api/2.0/mlflow/experiments/get?experiment_id=" + number));
        done(program.post("/api/2.0/mlflow/runs/update", "{\"run_id\":\"" + mine + "\",\"status\":\"RUNNING\"}"));
        done(program.get("/api/2.0/mlflow/experiments/get-by-name?experiment_name=Default"));
        assertThat(experimentOf(mine)).isEqualTo(number);
        // Nobody else's question moves anything.
        var people = started("untouched", TELLS_AND_SLEEPS);
        new MlflowApi(api, namespace).get("experiments/get", "experiment_id", number);
        assertThat(experimentOf(value(people, "MLFLOW_RUN_ID"))).isEqualTo("0");
    }

    @Test
    void aJobWithATrackingServerOfItsOwnGetsNothingOfOurs() {
        var told = started(
                "elsewhere",
                "\"environment\":{\"MLFLOW_TRACKING_URI\":\"http://mlflow.example.org\"}," + TELLS_AND_SLEEPS);
        assertThat(told).containsOnlyKeys("MLFLOW_TRACKING_URI").containsValue("http://mlflow.example.org");
    }

    @Test
    void anExperimentThatCannotBeIsRefusedByItsField() {
        for (var wrong : List.of("\"a\\u0007b\"", "\"" + "x".repeat(501) + "\"", "[\"a\"]")) {
            var answer = api.post(jobs, "{\"command\":[\"true\"],\"experiment\":" + wrong + "}");
            assertThat(answer.status()).as(answer.toString()).isEqualTo(422);
            assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo("experiment");
        }
        var mlflow = new MlflowApi(api, namespace);
        var number = mlflow.experiment("gone");
        mlflow.ok("experiments/delete", "{\"experiment_id\":\"" + number + "\"}");
        var deleted = api.post(jobs, "{\"command\":[\"true\"],\"experiment\":\"gone\"}");
        assertThat(deleted.status()).isEqualTo(422);
        assertThat(deleted.json().path("detail").asString()).contains("restore it first");
        assertThat(api.post(jobs + "?dryRun=true", "{\"command\":[\"true\"],\"experiment\":\"only planned\"}")
                        .status())
                .isEqualTo(200);
        mlflow.missing(mlflow.get("experiments/get-by-name", "experiment_name", "only planned"));
    }

    private String experimentOf(String run) {
        return new MlflowApi(api, namespace)
                .done(new MlflowApi(api, namespace).get("runs/get", "run_id", run))
                .at("/run/info/experiment_id")
                .asString();
    }

    /** Submits a job that prints its variables, and answers those of MLflow. */
    private Map<String, String> started(String name, String spec) {
        var answer = api.post(jobs, "{\"name\":\"" + name + "\"," + spec + "}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        awaited(() -> api.get(jobs + "/" + name + "/logs").text().contains("told"));
        var told = new HashMap<String, String>();
        VARIABLE.matcher(api.get(jobs + "/" + name + "/logs").text())
                .results()
                .forEach(found -> told.put(found.group(1), found.group(2)));
        return told;
    }

    private static String value(Map<String, String> told, String name) {
        return told.getOrDefault(name, "");
    }

    private static Map<String, String> tags(JsonNode run) {
        var tags = new HashMap<String, String>();
        run.at("/data/tags")
                .forEach(tag ->
                        tags.put(tag.path("key").asString(), tag.path("value").asString()));
        return tags;
    }

    private static JsonNode done(TestApi.Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        return answer.json();
    }

    private static void awaited(java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .until(condition);
    }
}
