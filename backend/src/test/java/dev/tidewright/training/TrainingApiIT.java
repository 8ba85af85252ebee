package dev.tidewright.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.TestApi.Answer;
import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.WorkloadTokens;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

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
            (out / "predictions.json").write_text(json.dumps(["x" * 100] * 20000))
            (out / "served").mkdir()
            (out / "served" / "model.py").write_text("def predict(rows): return rows")
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
        assertThat(api.get(jobs + "/first/artifacts/predictions.json").text())
                .as("a file is no JSON body, however it is called")
                .hasSize(20000 * 104);
        assertThat(followed("first")).isEqualTo(log("first"));
        assertThat(api.get(jobs + "/first/metrics/loss").json().path("points")).hasSize(3);

        var again = api.post(jobs + "/first/rerun", "{\"name\":\"second\",\"parameters\":{\"alpha\":0.75}}");
        assertThat(again.status()).as(again.toString()).isEqualTo(201);
        assertThat(ended("second").path("status").path("rerunOf").asString()).isEqualTo("first");
        assertThat(api.get(jobs + "/second/artifacts/model/weights.txt").text()).isEqualTo("0.75");

        afterItsEndNothingIsTaken(submitted.json().path("metadata").path("uid").asString());
        strangersSeeNothing("first");
        aFollowerGoesOnWhereItWas("first");
        whatAVersionWasMadeOfStays("first");
        assertThat(api.delete(jobs + "/first").status()).isEqualTo(428);
        assertThat(api.delete(jobs + "/first", "If-Match", "\"0\"").status()).isEqualTo(412);
        var etag = api.get(jobs + "/first").etag();
        assertThat(api.delete(jobs + "/first?dryRun=true", "If-Match", etag).status())
                .as("it has no dry run, and must not be deleted by one")
                .isEqualTo(400);
        assertThat(api.delete(jobs + "/first", "If-Match", etag).status()).isEqualTo(204);
        assertThat(api.get(jobs + "/first").status()).isEqualTo(404);
        assertThat(api.get(jobs + "/second/artifacts/model/weights.txt").text()).isEqualTo("0.75");
    }

    private void aFollowerGoesOnWhereItWas(String name) {
        var log = log(name).getBytes(StandardCharsets.UTF_8);
        var at = log.length - 20;
        var rest = followed(name, "Last-Event-ID", Integer.toString(at));
        assertThat(rest).isEqualTo(new String(log, at, 20, StandardCharsets.UTF_8));
        assertThat(followed(name, "Last-Event-ID", Integer.toString(log.length)))
                .isEmpty();
        var malformed = api.get(jobs + "/" + name + "/logs", "Accept", "text/event-stream", "Last-Event-ID", "x");
        assertThat(malformed.status()).isEqualTo(400);
        assertThat(malformed.json().at("/errors/0/field").asString()).isEqualTo("Last-Event-ID");
    }

    private void whatAVersionWasMadeOfStays(String name) {
        var models = "/api/v1/namespaces/" + namespace + "/models";
        api.post(models, "{\"name\":\"weights\"}");
        var version = api.post(models + "/weights/versions", "{\"job\":\"" + name + "\",\"path\":\"served\"}");
        assertThat(version.status()).as(version.toString()).isEqualTo(201);
        var refused = api.delete(
                jobs + "/" + name, "If-Match", api.get(jobs + "/" + name).etag());
        assertThat(refused.status()).as(refused.toString()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("job-in-use");
        assertThat(refused.json().at("/errors/0/message").asString()).isEqualTo("model version weights/1");
        assertThat(api.get(jobs + "/" + name + "/artifacts/model/weights.txt").status())
                .isEqualTo(200);
        assertThat(api.delete(models + "/weights/versions/1", "If-Match", version.etag())
                        .status())
                .isEqualTo(200);
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
    void theLogIsAnsweredByteForByteAndShownAsText() {
        submit("{\"name\":\"raw\",\"command\":[\"sh\",\"-c\",\"printf 'caf\\\\351 \\\\200\\\\n\\\\200end\\\\n'\"],"
                + "\"resources\":{\"cpu\":\"100m\",\"memory\":\"128Mi\"}}");
        ended("raw");
        var log = api.get(jobs + "/raw/logs").raw().body();
        assertThat(new String(log, StandardCharsets.ISO_8859_1)).contains("caf\u00e9 \u0080\n\u0080end\n");
        assertThat(api.get(jobs + "/raw/logs", "Accept", "application/json")
                        .json()
                        .path("text")
                        .asString())
                .contains("caf\ufffd \ufffd\n\ufffdend\n");
        assertThat(followed("raw")).contains("caf\ufffd \ufffd\n\ufffdend\n");
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
                "{\"command\":[\"true\"],\"resources\":{\"cpu\":\"64\"}} | 409 | resources.cpu",
                "{\"command\":[\"true\"],\"resources\":{\"memory\":\"16 GB\"}} | 422 | resources.memory",
                "{\"command\":[\"true\"],\"colour\":1} | 422 | colour",
                "{\"source\":{\"upload\":\"nope\"}} | 422 | source.upload",
                "{\"name\":\"\",\"command\":[\"true\"]} | 422 | name",
                "{\"command\":[\"true\"],\"image\":\"python:3.12\"} | 422 | image",
                "{\"command\":[\"true\"],\"deadline\":\"\"} | 422 | deadline",
                "{\"command\":[\"true\"],\"image\":\"foo@sha256:abc\"} | 422 | image",
                "{\"pod\":{\"tolerations\":[{\"key\":\"a\",\"value\":\"b c\"}]}} | 422 | pod.tolerations[0].value",
                "{\"pod\":{\"tolerations\":[{\"operator\":\"Exists\"},null]}} | 422 | pod.tolerations[1]",
                "{\"pod\":{\"imagePullSecrets\":[null]}} | 422 | pod.imagePullSecrets[0]",
                "{\"pod\":{\"nodeSelector\":{\"\":\"a\"}}} | 422 | pod.nodeSelector",
                "{\"source\":{\"upload\":\"\"}} | 422 | source.upload",
                "{\"command\":\"true\"} | 422 | command",
                "{\"command\":[\"true\"],\"retries\":{\"limit\":\"2\"}} | 422 | retries.limit",
                "{} | 422 | source"
            })
    void badInputIsToldByField(String json, int status, String field) {
        var answer = api.post(jobs, json);
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
        assertThat(answer.json().path("errors").path(0).path("field").asString())
                .isEqualTo(field);
    }

    /** In the dry run too: nothing may be found out only when it runs. */
    @Test
    void whatCannotRunIsRefusedWhenItIsSubmitted() throws IOException {
        var archive = api.upload(namespace, "code.zip", zip("src/train.py", "src/eval.py", "README.md"));
        for (var dryRun : new String[] {"", "?dryRun=true"}) {
            var missing = api.post(
                    jobs + dryRun, "{\"source\":{\"upload\":\"" + archive + "\"},\"entryPoint\":\"trian.py\"}");
            assertThat(missing.status()).as(missing.toString()).isEqualTo(422);
            assertThat(missing.json().at("/errors/0/field").asString()).isEqualTo("entryPoint");
            assertThat(missing.json().path("detail").asString()).contains("src/eval.py, src/train.py");
            var nothing = api.post(jobs + dryRun, "{\"source\":{\"upload\":\"" + archive + "\"}}");
            assertThat(nothing.json().path("detail").asString()).contains("nothing says what to run", "src/train.py");
            var data = api.upload(namespace, "data.csv", new byte[] {1, 0, (byte) 0xff});
            var file = api.post(jobs + dryRun, "{\"source\":{\"upload\":\"" + data + "\"}}");
            assertThat(file.status()).isEqualTo(422);
            assertThat(file.json().path("detail").asString()).contains("data.csv", "command");
        }
        var dry = jobs + "?dryRun=true";
        var known = "{\"source\":{\"upload\":\"" + archive + "\"},\"entryPoint\":\"./src/train.py\"}";
        assertThat(api.post(dry, known).status()).isEqualTo(200);
        var oneFolder = api.upload(namespace, "repo.zip", zip("repo/", "repo/train.py", "__MACOSX/x"));
        assertThat(api.post(dry, "{\"source\":{\"upload\":\"" + oneFolder + "\"}}")
                        .status())
                .as("an archive of one folder is that folder")
                .isEqualTo(200);
        var none = api.upload(namespace, "data.zip", zip("a.csv", "b.csv"));
        assertThat(api.post(dry, "{\"source\":{\"upload\":\"" + none + "\"}}").text())
                .contains("no .py, .ipynb or .sh", "a.csv, b.csv");
    }

    @Test
    void aMetricThatIsNoNumberIsAWord() {
        submit(
                "{\"name\":\"nan\",\"command\":[\"sh\",\"-c\",\"sleep 600\"],\"resources\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"}}");
        var id = api.get(jobs + "/nan").json().at("/metadata/uid").asString();
        var runtime = new TestApi(port, tokens.issue("job", UUID.fromString(id), Name.of(namespace)));
        await(
                30,
                () -> runtime.post("/api/v1/runtime/jobs/" + id + "/metrics", """
                        {"metrics":[{"key":"a","value":"NaN"},{"key":"b","value":"-Infinity"},{"key":"c","value":1.5}]}
                        """)
                                .status()
                        == 204);
        var metrics = api.get(jobs + "/nan/metrics").json().path("items");
        assertThat(metrics.path(0).path("value")).isEqualTo(StringNode.valueOf("NaN"));
        assertThat(metrics.path(1).path("value")).isEqualTo(StringNode.valueOf("-Infinity"));
        assertThat(metrics.path(2).path("value").isNumber()).isTrue();
        assertThat(api.get(jobs + "/nan").json().at("/status/metrics/a").asString())
                .isEqualTo("NaN");
        assertThat(api.get(jobs + "/nan/metrics/b").json().at("/points/0/value").asString())
                .isEqualTo("-Infinity");
        api.post(jobs + "/nan/cancel", "{}");
    }

    private static byte[] zip(String... paths) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var path : paths) {
                zip.putNextEntry(new ZipEntry(path));
                if (!path.endsWith("/")) {
                    zip.write(path.getBytes(StandardCharsets.UTF_8));
                }
            }
        }
        return bytes.toByteArray();
    }

    @Test
    void aNameIsGivenOnce() {
        submit("{\"name\":\"mine\",\"command\":[\"true\"],\"resources\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"}}");
        var second = api.post(jobs, "{\"name\":\"mine\",\"command\":[\"true\"]}");
        assertThat(second.status()).isEqualTo(409);
        assertThat(second.code()).isEqualTo("job-exists");
        assertThat(second.json().at("/errors/0/field").asString()).isEqualTo("name");
        var list = api.get(jobs + "?q=min&count=true");
        assertThat(list.json().path("items").size()).as(list.toString()).isEqualTo(1);
        assertThat(list.json().path("counts").size()).isEqualTo(JobStatus.values().length);
        assertThat(api.get(jobs + "?status=BORED").status()).isEqualTo(400);
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
    private String followed(String name, String... headers) {
        var text = new StringBuilder();
        var more = new ArrayList<>(List.of(headers));
        more.addAll(List.of("Accept", "text/event-stream"));
        var stream = api.get(jobs + "/" + name + "/logs", more.toArray(String[]::new))
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
