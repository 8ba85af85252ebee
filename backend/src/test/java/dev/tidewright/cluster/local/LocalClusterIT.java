package dev.tidewright.cluster.local;

import static dev.tidewright.cluster.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterContract;
import dev.tidewright.cluster.DrainGate;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Home;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** The contract on operating-system processes, and what is promised only there. */
class LocalClusterIT extends ClusterContract {

    @TempDir
    private Path home;

    @TempDir
    private Path shared;

    @Override
    protected Cluster open(DrainGate gate) {
        return open(home, gate);
    }

    static LocalCluster open(Path home, DrainGate gate) {
        var settings = new LocalSettings(
                "4",
                "4Gi",
                Map.of(),
                "python3",
                Duration.ofMillis(50),
                20000,
                29999,
                DataSize.ofGigabytes(1),
                new LocalSettings.LogSize(DataSize.ofKilobytes(64), 3),
                List.of("PATH", "LANG"),
                new LocalSettings.BatchLogSize(DataSize.ofMegabytes(1), 10));
        return LocalConfiguration.open(new Home(home), settings, InstantSource.system(), () -> List.of(gate));
    }

    @Override
    protected int cores() {
        return 4;
    }

    @Override
    protected String ownHost() {
        return "127.0.0.1";
    }

    @Override
    protected void close(Cluster cluster) {
        ((LocalCluster) cluster).close();
    }

    @Test
    void aBatchThatTakesMoreMemoryThanDeclaredIsEnded() {
        var program = python("import time; block = b'x' * (200 << 20); time.sleep(600)");
        var id = apply(new Workload.Batch(
                id("job", "greedy"), program, Resources.of("100m", "64Mi", null), Duration.ofSeconds(5), null));
        var seen = ended(id);
        assertThat(seen.reason()).isEqualTo("OUT_OF_MEMORY");
        assertThat(exit(seen).code()).isEqualTo(137);
        assertThat(exit(seen).peakMemoryBytes()).isGreaterThan(64 << 20);
        assertThat(seen.message()).contains("it declares 64Mi");
    }

    @Test
    void anImageIsRefusedWithARemedy() {
        var program = new Program(new Program.Image("nginx:1.29", List.of()), Map.of(), Map.of());
        var id = apply(new Workload.Batch(id("job", "image"), program, small(), Duration.ofSeconds(5), null));
        var seen = cluster.observe(id);
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(seen.reason()).isEqualTo("IMAGE_UNSUPPORTED");
        assertThat(seen.message()).contains("give a source and a command");
    }

    @Test
    void aBatchWhoseSupervisorIsKilledIsLostWithAllItsProcesses() {
        var id = apply(batch("orphan", """
                import subprocess, sys, time
                p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'], start_new_session=True)
                print(p.pid, flush=True)
                time.sleep(600)
                """));
        var grandchild = Long.parseLong(eventually(
                        "pid",
                        () -> cluster.logs(id, ReplicaStatus.BATCH, 0, 100).text(),
                        text -> !text.isEmpty())
                .strip());
        kill(supervisor(id, ReplicaStatus.BATCH));
        var seen = ended(id);
        assertThat(exit(seen).reason()).isEqualTo("LOST");
        assertThat(exit(seen).code()).isEqualTo(-1);
        assertThat(isRunning(grandchild)).isFalse();
    }

    @Test
    void aReplicaWhoseSupervisorIsKilledIsStartedAgain() {
        var id = apply(service("orphan", server(), 1, quick()));
        var before = ready(id, 1).ready().getFirst();
        var pid = get(before);
        kill(supervisor(id, before.name()));
        eventually("ready again", () -> cluster.observe(id).ready().stream().anyMatch(one -> one.restarts() == 1));
        var after = cluster.observe(id).ready().getFirst();
        assertThat(after.port()).isEqualTo(before.port());
        assertThat(get(after)).isNotEqualTo(pid);
        assertThat(isRunning(pidIn(pid))).isFalse();
    }

    @Test
    void offsetsGoOnOverRotatedFiles() {
        var id = apply(service("chatty", """
                for i in range(40000): print(f'line {i:06d}', flush=True)
                import time; time.sleep(600)
                """, 1, quick()));
        var name = eventually("it is there", () -> cluster.observe(id).replicas(), all -> !all.isEmpty())
                .getFirst()
                .name();
        var total = 40000L * 12;
        var last = eventually(
                "all written",
                () -> cluster.logs(id, name, total - 12, 100),
                slice -> slice.text().equals("line 039999\n"));
        assertThat(last.start()).isEqualTo(total - 12);
        assertThat(last.next()).isEqualTo(total);
        var first = cluster.logs(id, name, 0, 1200);
        assertThat(first.start()).isPositive().isGreaterThanOrEqualTo(total - 4 * 64 * 1024);
        var oneLater = cluster.logs(id, name, first.next(), 12);
        assertThat(oneLater.text()).startsWith("line ").hasSize(12);
        assertThat(Long.parseLong(oneLater.text().substring(5, 11))).isEqualTo(first.next() / 12);
    }

    @Test
    void nothingOfASecretIsLeftOnDiskOnceABatchRuns() throws IOException {
        var program = new Program(
                new Program.Command(List.of("python3", "-c", "import time; time.sleep(600)")),
                Map.of(),
                Map.of("TOKEN", "s3cr3t-value"));
        var id = apply(new Workload.Batch(id("job", "secret"), program, small(), Duration.ofSeconds(5), null));
        eventually("runs", () -> phase(id) == Observation.Phase.RUNNING);
        try (var files = Files.walk(home)) {
            for (var file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain("s3cr3t-value");
            }
        }
    }

    @Test
    void aSupervisorWhoseFolderIsTakenAwayEndsItsProcesses() throws IOException {
        var id = apply(service("taken", server(), 1, quick()));
        var replica = ready(id, 1).ready().getFirst();
        var pid = pidIn(get(replica));
        var supervisor = supervisor(id, replica.name());
        close(cluster);
        Files.move(home.resolve("cluster").resolve(NAMESPACE.value()), home.resolve("cluster/.gone"));
        eventually("both end", () -> !isRunning(pid) && !isRunning(supervisor));
        cluster = open((host, port) -> true);
    }

    @Test
    void aSecondControlPlaneInTheSameFolderIsRefused() {
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> open(home, (host, port) -> true))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("TIDEWRIGHT_HOME");
    }

    @Test
    void aBatchStartedByAKilledControlPlaneIsFoundAndRunsOnce() throws IOException, InterruptedException {
        close(cluster);
        for (var round = 0; round < 6; round++) {
            var name = "killed-" + round;
            var file = "runs-" + name;
            var other = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "-XX:TieredStopAtLevel=1",
                            Other.class.getName(),
                            home.toString(),
                            shared.resolve(file).toString(),
                            NAMESPACE.value(),
                            name)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (var said = other.inputReader()) {
                assertThat(said.readLine()).isEqualTo("applying");
                LockSupport.parkNanos(Duration.ofMillis(round * 40L).toNanos());
                other.destroyForcibly().waitFor();
            }
            cluster = open(home, (host, port) -> true);
            var id = apply(Other.workload(shared.resolve(file).toString(), NAMESPACE.value(), name));
            assertThat(exit(ended(id)).reason()).isEqualTo("COMPLETED");
            assertThat(Files.readString(shared.resolve(file))).as(name).isEqualTo("x");
            close(cluster);
        }
        cluster = open(home, (host, port) -> true);
    }

    /** A control plane of its own, to be killed. */
    static final class Other {

        private Other() {}

        public static void main(String[] arguments) {
            var cluster = open(Path.of(arguments[0]), (host, port) -> true);
            System.out.println("applying");
            cluster.apply(workload(arguments[1], arguments[2], arguments[3]));
            LockSupport.park();
        }

        static Workload.Batch workload(String file, String namespace, String name) {
            var script = "import sys, time; open(sys.argv[1], 'a').write('x'); time.sleep(0.5)";
            var program = new Program(
                    new Program.Command(List.of("python3", "-c", script, file)), Map.of(), Map.of("TOKEN", "t"));
            var id = new WorkloadId(new Name(namespace), "job", name);
            return new Workload.Batch(id, program, small(), Duration.ofSeconds(5), null);
        }
    }

    private static long pidIn(String answer) {
        return Long.parseLong(answer.substring(answer.indexOf(' ') + 1));
    }

    private static boolean isRunning(long pid) {
        var stat = Path.of("/proc", Long.toString(pid), "stat");
        // A zombie has ended, even if nobody has asked how.
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)
                && !read(stat).contains(") Z ");
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    private long supervisor(WorkloadId id, String replica) {
        var file = home.resolve("cluster")
                .resolve(NAMESPACE.value())
                .resolve(id.kind())
                .resolve(id.name())
                .resolve(replica + "/pid");
        return eventually("pid of the supervisor", () -> read(file), text -> !text.isEmpty())
                .transform(text -> Long.parseLong(text.substring(0, text.indexOf(' '))));
    }

    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            return "";
        }
    }
}
