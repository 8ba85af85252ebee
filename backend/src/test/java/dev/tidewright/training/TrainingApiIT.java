package dev.tidewright.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.TestApi.Answer;
import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.WorkloadTokens;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Jobs by REST, run by the real launcher as processes of this machine. */
@IntegrationTest
class TrainingApiIT {

    private static final String TRAIN = """
            import json, os, pathlib
            alpha = json.load(open(os.environ["TIDEWRIGHT_PARAMETERS"]))["alpha"]
            out = pathlib.Path(os.environ["TIDEWRIGHT_OUTPUT"])
            with open(out / "metrics.jsonl", "a") as metrics:
                for step in range(3):
                    print("epoch", step, "alpha", alpha, "größe", flush=True)
                    metrics.write(json.dumps({"key": "loss", "value": alpha / (step + 1), "step": step}) + "\\n")
            (out / "model").mkdir()
            (out / "model" / "weights.txt").write_text(str(alpha))
            """;

    @LocalServerPort
    private int port;

    @Autowired
    private WorkloadTokens tokens;

    private TestApi api = new TestApi(0, "");
    private String namespace = "";
    private String jobs = "";

    @BeforeEach
    void emptyNamespace() {
        api = TestApi.admin(port);
        namespace = api.namespace("{\"cpu\":\"4\",\"memory\":\"4Gi\"}");
        jobs = "/api/v1/namespaces/" + namespace + "/jobs";
    }

    @Test
    void aScriptRunsAndLeavesMetricsFilesAndItsLog() {
        var upload = api.upload(namespace, "train.py", TRAIN.getBytes(StandardCharsets.UTF_8));
        var submitted = submit("{\"name\":\"first\",\"source\":{\"upload\":\"" + upload
                + "\"},\"parameters\":{\"alpha\":0.5},\"resources\":{\"cpu\":\"500m\",\"memory\":\"256Mi\"}}");
        assertThat(submitted.raw().headers().firstValue("Location")).contains(jobs + "/first");
        var status = ended("first").path("status");
        assertThat(status.path("phase").asString()).as(status + log("first")).isEqualTo("SUCCEEDED");
        assertThat(status.path("metrics").path("loss").asDouble()).isEqualTo(0.5 / 3);
        assertThat(status.path("attempts").path(0).path("exitCode").asInt(-1)).isZero();
        assertThat(log("first")).contains("epoch 0 alpha 0.5 größe", "epoch 2");
        assertThat(api.get(jobs + "/first/artifacts/model/weights.txt").text()).isEqualTo("0.5");
        assertThat(followed("first")).isEqualTo(log("first"));
        assertThat(api.get(jobs + "/first/metrics/loss").json().path("points")).hasSize(3);

        var again = api.post(jobs + "/first/rerun", "{\"name\":\"second\",\"parameters\":{\"alpha\":0.75}}");
        assertThat(again.status()).as(again.toString()).isEqualTo(201);
        assertThat(ended("second").path("status").path("rerunOf").asString()).isEqualTo("first");
        assertThat(api.get(jobs + "/second/artifacts/model/weights.txt").text()).isEqualTo("0.75");

        afterItsEndNothingIsTaken(submitted.json().path("metadata").path("uid").asString());
        strangersSeeNothing("first");
        assertThat(api.delete(jobs + "/first").status()).isEqualTo(204);
        assertThat(api.get(jobs + "/first").status()).isEqualTo(404);
        assertThat(api.get(jobs + "/second/artifacts/model/weights.txt").text()).isEqualTo("0.75");
    }

    private void afterItsEndNothingIsTaken(String id) {
        var runtime = new TestApi(port, tokens.issue("job", UUID.fromString(id), Name.of(namespace)));
        var late =
                runtime.post("/api/v1/runtime/jobs/" + id + "/metrics", "{\"metrics\":[{\"key\":\"x\",\"value\":1}]}");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.code()).isEqualTo("attempt-ended");
        assertThat(runtime.get("/api/v1/runtime/jobs/" + id + "/attempts/1")
                        .json()
                        .path("terminated")
                        .asBoolean())
                .isTrue();
        assertThat(runtime.get("/api/v1/runtime/jobs/" + UUID.randomUUID() + "/attempts/1")
                        .status())
                .isEqualTo(404);
    }

    private void strangersSeeNothing(String name) {
        var elsewhere = api.namespace();
        var stranger = api.member(elsewhere, "ADMIN");
        for (var path : new String[] {"", "/logs", "/artifacts", "/metrics", "/diagnosis"}) {
            assertThat(stranger.get(jobs + "/" + name + path).status()).as(path).isEqualTo(404);
            assertThat(stranger.get("/api/v1/namespaces/" + elsewhere + "/jobs/" + name + path)
                            .status())
                    .as(path)
                    .isEqualTo(404);
        }
        assertThat(stranger.post(jobs + "/" + name + "/cancel", "{}").status()).isEqualTo(404);
        assertThat(stranger.delete(jobs + "/" + name).status()).isEqualTo(404);
    }

    @Test
    void aJobThatRunsIsStoppedWithinThirtySecondsAndEndsCancelled() {
        submit("{\"name\":\"long\",\"command\":[\"sh\",\"-c\",\"trap '' TERM; echo begun; sleep 600\"],"
                + "\"resources\":{\"cpu\":\"100m\",\"memory\":\"128Mi\"}}");
        await(30, () -> log("long").contains("begun"));
        assertThat(api.post(jobs + "/long/cancel", "{\"reason\":\"wrong data\"}")
                        .status())
                .isEqualTo(200);
        await(30, () -> phase("long").equals("CANCELLED"));
        assertThat(api.get(jobs + "/long").json().path("status").path("message").asString())
                .contains("wrong data");
        assertThat(log("long")).contains("begun");
        assertThat(api.post(jobs + "/long/cancel", "{}").status()).isEqualTo(200);
    }

    @Test
    void everyAttemptHasItsOwnLogAndExitCode() {
        submit(
                "{\"name\":\"twice\",\"command\":[\"sh\",\"-c\",\"echo try $TIDEWRIGHT_ATTEMPT; [ $TIDEWRIGHT_ATTEMPT = 2 ] || exit 75\"],"
                        + "\"retries\":{\"limit\":1,\"onExitCodes\":[75]},\"resources\":{\"cpu\":\"100m\",\"memory\":\"128Mi\"}}");
        var job = ended("twice");
        assertThat(job.path("status").path("phase").asString()).isEqualTo("SUCCEEDED");
        assertThat(job.path("status").path("attempts").path(0).path("exitCode").asInt())
                .isEqualTo(75);
        assertThat(api.get(jobs + "/twice/logs?attempt=1").text())
                .contains("try 1")
                .doesNotContain("try 2");
        assertThat(api.get(jobs + "/twice/logs?attempt=2").text()).contains("try 2");
        assertThat(api.get(jobs + "/twice/logs?attempt=3").status()).isEqualTo(404);
    }

    @Test
    void aCommandThatDoesNotExistSaysSo() {
        submit("{\"name\":\"typo\",\"command\":[\"pyhton\"],\"resources\":{\"cpu\":\"100m\",\"memory\":\"128Mi\"}}");
        var status = ended("typo").path("status");
        assertThat(status.path("phase").asString()).isEqualTo("FAILED");
        assertThat(status.path("reason").asString()).isEqualTo("COMMAND_NOT_FOUND");
        assertThat(status.path("message").asString()).contains("pyhton");
        assertThat(api.get(jobs + "/typo/diagnosis")
                        .json()
                        .path("items")
                        .path(0)
                        .path("nextStep")
                        .asString())
                .isNotBlank();
    }

    @Test
    void aDryRunTellsThePlanAndMakesNothing() {
        var plan = api.post(jobs + "?dryRun=true", "{\"name\":\"never\",\"command\":[\"true\"]}");
        assertThat(plan.status()).as(plan.toString()).isEqualTo(200);
        assertThat(plan.json().path("starts").asBoolean()).isTrue();
        assertThat(plan.json().path("quota").asString())
                .startsWith("takes 1 of 4 free cpu and 1Gi of 4Gi free memory in " + namespace);
        assertThat(api.get(jobs + "/never").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"name\":\"No Name\",\"command\":[\"true\"]} | 422 | name",
                "{\"command\":[\"true\"],\"resources\":{\"cpu\":\"64\"}} | 409 | cpu",
                "{\"command\":[\"true\"],\"resources\":{\"memory\":\"16 GB\"}} | 422 | resources.memory",
                "{\"command\":[\"true\"],\"colour\":1} | 422 | colour",
                "{\"source\":{\"upload\":\"nope\"}} | 422 | source.upload",
                "{} | 422 | source"
            })
    void badInputIsToldByField(String json, int status, String field) {
        var answer = api.post(jobs, json);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.json().path("errors").path(0).path("field").asString())
                .isEqualTo(field);
    }

    @Test
    void aNameIsGivenOnce() {
        submit("{\"name\":\"mine\",\"command\":[\"true\"],\"resources\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"}}");
        var second = api.post(jobs, "{\"name\":\"mine\",\"command\":[\"true\"]}");
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.code()).isEqualTo("job-exists");
        var list = api.get(jobs + "?q=min&count=true");
        assertThat(list.json().path("items").size()).as(list.toString()).isEqualTo(1);
        assertThat(list.json().path("counts").size()).isEqualTo(JobStatus.values().length);
        assertThat(api.get(jobs + "?status=BORED").status()).isEqualTo(422);
    }

    private Answer submit(String json) {
        var answer = api.post(jobs, json);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return answer;
    }

    private JsonNode ended(String name) {
        await(120, () -> JobStatus.valueOf(phase(name)).terminal());
        return api.get(jobs + "/" + name).json();
    }

    private String phase(String name) {
        return api.get(jobs + "/" + name).json().path("status").path("phase").asString();
    }

    private String log(String name) {
        return api.get(jobs + "/" + name + "/logs").text();
    }

    /** The log as a browser puts it together from the event stream. */
    private String followed(String name) {
        var text = new StringBuilder();
        var stream = api.get(jobs + "/" + name + "/logs", "Accept", "text/event-stream")
                .text();
        stream.lines()
                .filter(line -> line.startsWith("data:{\"text\""))
                .map(line -> JsonMapper.shared().readTree(line.substring(5)))
                .forEach(piece -> text.append(piece.path("text").asString()));
        assertThat(stream).contains("event:end");
        return text.toString();
    }

    private static void await(int seconds, java.util.concurrent.Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(seconds, TimeUnit.SECONDS)
                .pollInterval(Duration.ofMillis(200))
                .until(condition);
    }
}
