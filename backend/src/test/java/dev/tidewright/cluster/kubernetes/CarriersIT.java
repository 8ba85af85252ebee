package dev.tidewright.cluster.kubernetes;

import static dev.tidewright.cluster.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Images that know nothing of the platform: what runs in them here is a shell. */
class CarriersIT {

    private static final Name NAMESPACE =
            new Name("carriers-" + ProcessHandle.current().pid());
    private static final String SOURCE = "the source\n";

    private static final Map<String, String> UPLOADED = new ConcurrentHashMap<>();
    private static TestKubernetes kubernetes;
    private static HttpServer plane;
    private static Cluster cluster;
    private static volatile boolean refusing;

    @BeforeAll
    static void open() throws IOException {
        kubernetes = TestKubernetes.find();
        plane = HttpServer.create(new InetSocketAddress(0), 0);
        plane.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        plane.createContext("/api/v1/runtime/jobs/", CarriersIT::answer);
        plane.start();
        cluster = KubernetesConfiguration.open(
                TestKubernetes.logs("carriers"),
                kubernetes.settings(NAMESPACE.value()),
                InstantSource.system(),
                List::of);
        eventually("the namespace is there", () -> {
            try {
                cluster.provision(NAMESPACE, Resources.of("300", "8Gi", null));
                return true;
            } catch (ClusterUnavailable notYet) {
                return false;
            }
        });
    }

    @AfterAll
    static void close() {
        if (kubernetes != null) {
            kubernetes.remove(NAMESPACE);
            ((KubernetesCluster) cluster).close();
            plane.stop(0);
        }
    }

    private static void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        var body = exchange.getRequestBody().readAllBytes();
        if (path.endsWith("/source")) {
            send(exchange, refusing ? 404 : 200, SOURCE);
        } else if (path.contains("/artifacts/")) {
            var refused = path.endsWith("/too-much");
            if (!refused) {
                UPLOADED.put(path.replaceFirst(".*/jobs/", ""), new String(body, StandardCharsets.UTF_8));
            }
            send(exchange, refused ? 413 : 201, "");
        } else if (exchange.getRequestMethod().equals("GET")) {
            send(exchange, 200, """
                    {"source": {"kind": "file", "fileName": "data.txt", "size": %d}, "keep": ["**"], "parameters": {"alpha": 1}}
                    """.formatted(SOURCE.length()));
        } else {
            send(exchange, 204, "");
        }
    }

    private static void send(HttpExchange exchange, int code, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private static Workload.Batch batch(String name, String script) {
        var program = new Program(
                new Program.Image(kubernetes.runtimeImage(), List.of("sh", "-c", script), true, true),
                Map.of(
                        "TIDEWRIGHT_API",
                        "http://" + kubernetes.ownHost() + ":"
                                + plane.getAddress().getPort(),
                        "TIDEWRIGHT_JOB_ID",
                        UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8))
                                .toString(),
                        "TIDEWRIGHT_ATTEMPT",
                        "1",
                        "TIDEWRIGHT_RETRY_SECONDS",
                        "5",
                        "PYTHONHOME",
                        "/nowhere"),
                Map.of("TIDEWRIGHT_TOKEN", "t0k"));
        return new Workload.Batch(
                new WorkloadId(NAMESPACE, "job", name),
                program,
                Resources.of("50m", "64Mi", null),
                Duration.ofSeconds(5),
                null);
    }

    private static Observation ended(Workload.Batch batch) {
        cluster.apply(batch);
        return eventually("the end of " + batch.id(), () -> cluster.observe(batch.id()), seen -> seen.exit() != null);
    }

    private static String log(WorkloadId id) {
        return cluster.logs(id, ReplicaStatus.BATCH, 0, 10_000).text();
    }

    private static String uploaded(String name, String path) {
        return UPLOADED.getOrDefault(
                UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8)) + "/attempts/1/artifacts/" + path, "");
    }

    @Test
    void theSourceIsThereBeforeAndTheOutputsAreHomeAfter() {
        var batch = batch(
                "whole", "cat data.txt; cat \"$TIDEWRIGHT_PARAMETERS\"; echo made > \"$TIDEWRIGHT_OUTPUT/model\"");
        var seen = ended(batch);
        assertThat(seen.phase()).as(seen.message()).isEqualTo(Observation.Phase.SUCCEEDED);
        assertThat(uploaded("whole", "model")).isEqualTo("made\n");
        assertThat(log(batch.id())).isEqualTo(SOURCE + "{\n  \"alpha\": 1\n}");
    }

    @Test
    void aProgramThatEndsAtOnceOrFailsKeepsItsOutputsToo() {
        var seen = ended(batch("fails", "echo early > \"$TIDEWRIGHT_OUTPUT/a\"; echo no such column; exit 3"));
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(java.util.Objects.requireNonNull(seen.exit()).code()).isEqualTo(3);
        assertThat(seen.message()).contains("exit code 3").contains("no such column");
        assertThat(uploaded("fails", "a")).isEqualTo("early\n");
    }

    @Test
    void outputsThatAreNotTakenFailWhatEndedWell() {
        var seen = ended(batch("stranded", "echo x > \"$TIDEWRIGHT_OUTPUT/too-much\""));
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(seen.reason()).isEqualTo("UPLOAD_FAILED");
        assertThat(seen.message()).contains("too-much");
    }

    @Test
    void aSourceThatCannotBeFetchedIsTheReason() {
        refusing = true;
        try {
            var seen = ended(batch("unfetched", "true"));
            assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
            assertThat(seen.reason()).isEqualTo("SOURCE_UNAVAILABLE");
            assertThat(seen.message()).contains("data.txt");
        } finally {
            refusing = false;
        }
    }

    @Test
    void whatAProgramSaysWhileItIsStoppedIsInItsLogAndWhatItMadeIsHome() {
        var batch = batch(
                "polite",
                "trap 'echo got term; sleep 2; echo late > \"$TIDEWRIGHT_OUTPUT/late\"; echo bye; exit 3' TERM;"
                        + " echo on; while true; do sleep 0.2; done");
        cluster.apply(batch);
        eventually("it is on", () -> log(batch.id()).equals("on\n"));
        cluster.stop(batch.id());
        eventually("it is gone", () -> cluster.observe(batch.id()).phase() == Observation.Phase.ABSENT);
        assertThat(log(batch.id())).isEqualTo("on\ngot term\nbye\n");
        assertThat(uploaded("polite", "late")).isEqualTo("late\n");
        cluster.delete(batch.id());
    }

    @Test
    void whoIsToldToStopHasOnlyTheGraceThatItWasPromised() {
        var batch = batch("stopped", "trap '' TERM; echo on; while true; do sleep 1; done");
        cluster.apply(batch);
        eventually("it runs", () -> cluster.observe(batch.id()).phase() == Observation.Phase.RUNNING);
        var told = Instant.now();
        cluster.delete(batch.id());
        eventually("it is gone", () -> cluster.observe(batch.id()).phase() == Observation.Phase.ABSENT);
        assertThat(Duration.between(told, Instant.now())).isLessThan(Duration.ofSeconds(25));
    }
}
