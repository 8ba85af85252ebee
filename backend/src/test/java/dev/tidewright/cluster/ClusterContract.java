package dev.tidewright.cluster;

import static dev.tidewright.cluster.Eventually.eventually;
import static dev.tidewright.cluster.Eventually.stays;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every adapter of the port promises. A subclass opens one; opening it again over the same state is a restart of the
 * control plane. Programs are small Python scripts that share notes with the test over HTTP, wherever they run.
 */
public abstract class ClusterContract {

    /** Another for each process: several may test on one cluster. */
    protected static final Name NAMESPACE =
            new Name("contract-" + ProcessHandle.current().pid());

    private static final Duration GRACE = Duration.ofSeconds(5);

    /** Lets a program see and leave notes. */
    private static final String NOTES = """
            import os, sys, time, urllib.error, urllib.request
            def noted(name):
                try:
                    return urllib.request.urlopen(os.environ['NOTES'] + '/' + name, timeout=5).status == 200
                except urllib.error.HTTPError:
                    return False
            def note(name, text='x'):
                urllib.request.urlopen(os.environ['NOTES'] + '/' + name, text.encode(), timeout=5).read()
            """;

    /** Listens on $PORT; healthy while nobody noted that it is sick; says who it is; ends when asked to. */
    private static final String SERVER = """
            import http.server, socket
            class Answer(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    if self.path == '/die':
                        os._exit(9)
                    body = f'{socket.gethostname()} {os.getpid()}'.encode()
                    self.send_response(503 if noted('sick') else 200)
                    self.send_header('Content-Length', str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                def log_message(self, *a): pass
            http.server.ThreadingHTTPServer(('', int(os.environ['PORT'])), Answer).serve_forever()
            """;

    private final Notes notes = new Notes();

    /** Replicas (by address) that still have requests in flight. */
    protected final Set<String> busy = ConcurrentHashMap.newKeySet();

    protected Cluster cluster;
    private final List<WorkloadId> applied = new ArrayList<>();

    /** A new adapter over the state that the last one left, with room for {@link #cores} and 4Gi in {@link #NAMESPACE}. */
    protected abstract Cluster open(DrainGate gate);

    /** The cpu of the largest node, in cores: 2 or more, and nearly idle. */
    protected abstract int cores();

    /** A name or number of this machine that programs reach it by. */
    protected abstract String ownHost();

    /** Ends an adapter as the end of its process would. */
    protected abstract void close(Cluster cluster);

    @BeforeEach
    void openFirst() {
        cluster = open((host, port) -> !busy.contains(host + ":" + port));
    }

    @AfterEach
    void deleteAll() {
        busy.clear();
        applied.forEach(id -> cluster.delete(id));
        applied.forEach(id -> eventually(id + " absent", () -> phase(id) == Observation.Phase.ABSENT));
        close(cluster);
        notes.close();
    }

    protected final void reopen() {
        close(cluster);
        cluster = open((host, port) -> !busy.contains(host + ":" + port));
    }

    @Test
    void aBatchRunsToItsEnd() {
        var id = apply(batch("end", "print('hello')"));
        var seen = ended(id);
        assertThat(seen.phase()).isEqualTo(Observation.Phase.SUCCEEDED);
        assertThat(seen.reason()).isEmpty();
        assertThat(exit(seen).code()).isZero();
        assertThat(exit(seen).reason()).isEqualTo("COMPLETED");
        assertThat(seen.startedAt()).isNotNull().isBeforeOrEqualTo(exit(seen).at());
        assertThat(seen.replicas()).singleElement().satisfies(replica -> {
            assertThat(replica.name()).isEqualTo(ReplicaStatus.BATCH);
            assertThat(replica.phase()).isEqualTo(ReplicaStatus.Phase.ENDED);
        });
        assertThat(log(id)).isEqualTo("hello\n");
    }

    @Test
    void aBatchThatFailsSaysItsExitCodeAndLastLine() {
        var id = apply(batch("fails", "import sys; print('no such column: age'); sys.exit(3)"));
        var seen = ended(id);
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(seen.reason()).isEqualTo("EXIT_CODE");
        assertThat(seen.message()).contains("exit code 3").contains("no such column: age");
        assertThat(exit(seen).code()).isEqualTo(3);
    }

    @Test
    void aBatchLeavesItsLastWords() {
        var id = apply(batch("words", """
                import os
                open(os.environ['TIDEWRIGHT_TERMINATION_LOG'], 'w').write('{"reason":"NOTEBOOK_FAILED","message":"cell 3"}')
                raise SystemExit(1)
                """));
        var seen = ended(id);
        assertThat(exit(seen).terminationLog()).isEqualTo("{\"reason\":\"NOTEBOOK_FAILED\",\"message\":\"cell 3\"}");
        assertThat(seen.reason()).isEqualTo("NOTEBOOK_FAILED");
        assertThat(seen.message()).isEqualTo("cell 3");
    }

    @Test
    void aCommandThatDoesNotExistSaysSo() {
        var workload = new Workload.Batch(
                id("job", "missing"), program(List.of("no-such-program-9"), Map.of()), small(), GRACE, null);
        var seen = ended(apply(workload));
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(seen.reason()).isEqualTo("COMMAND_NOT_FOUND");
        assertThat(seen.message()).contains("no-such-program-9");
        assertThat(exit(seen).code()).isEqualTo(127);
    }

    @Test
    void aBatchRunsOnceHoweverOftenItIsApplied() throws InterruptedException {
        var workload = batch("once", "note('runs')");
        var threads = IntStream.range(0, 8)
                .mapToObj(i -> Thread.ofVirtual().start(() -> cluster.apply(workload)))
                .toList();
        for (var thread : threads) {
            thread.join();
        }
        applied.add(workload.id());
        ended(workload.id());
        cluster.apply(workload);
        stays("one run", Duration.ofMillis(700), () -> notes.text("runs").equals("x"));
    }

    @Test
    void theLogIsWholeAndInOrder() {
        var id = apply(batch("log", """
                import sys
                for i in range(20000):
                    print(f'line {i} ' + 'ä' * 40, file=sys.stdout if i % 2 else sys.stderr, flush=True)
                """));
        ended(id);
        var lines = log(id).lines().toList();
        assertThat(lines).hasSize(20000);
        assertThat(lines.get(0)).startsWith("line 0 ä");
        assertThat(IntStream.range(0, 20000).allMatch(i -> lines.get(i).startsWith("line " + i + " ")))
                .isTrue();
        assertThat(String.join("", lines)).doesNotContain("\uFFFD");
    }

    @Test
    void aLogIsByteForByteWhatWasWritten() throws IOException {
        var id = apply(batch("raw", """
                for i in range(400):
                    sys.stdout.buffer.write(bytes(range(128, 256)) + b'caf\\xe9 \\x80' + 'größe '.encode() + b'\\n')
                """));
        ended(id);
        var expected = new ByteArrayOutputStream();
        for (var i = 0; i < 400; i++) {
            for (var value = 128; value < 256; value++) {
                expected.write(value);
            }
            expected.write("caf\u00e9 \u0080".getBytes(StandardCharsets.ISO_8859_1));
            expected.write("größe \n".getBytes(StandardCharsets.UTF_8));
        }
        // By pieces that are longer and shorter than a line.
        for (var size : List.of(10_000, 50)) {
            var read = new ByteArrayOutputStream();
            var slice = cluster.logs(id, ReplicaStatus.BATCH, 0, size);
            while (!slice.isEmpty()) {
                read.write(slice.bytes());
                slice = cluster.logs(id, ReplicaStatus.BATCH, slice.next(), size);
            }
            assertThat(read.toByteArray()).isEqualTo(expected.toByteArray());
        }
    }

    @Test
    void aLogCanBeReadWhileItGrowsAndEndsWithItsProgram() {
        var id = apply(batch("grows", """

                print('first', flush=True)
                while not noted('go'): time.sleep(0.05)
                print('second')
                """));
        // Python writes a line and its end one after the other.
        var first = eventually(
                "first line",
                () -> cluster.logs(id, ReplicaStatus.BATCH, 0, 4096),
                slice -> slice.text().endsWith("\n"));
        assertThat(first.text()).isEqualTo("first\n");
        assertThat(first.ended()).isFalse();
        notes.put("go");
        ended(id);
        var second = cluster.logs(id, ReplicaStatus.BATCH, first.next(), 4096);
        assertThat(second.text()).isEqualTo("second\n");
        assertThat(second.start()).isEqualTo(first.next());
        assertThat(second.ended()).isTrue();
    }

    @Test
    void environmentAndSecretsReachTheProgramAndSecretsNothingElse() {
        var program = new Program(
                new Program.Command(List.of("python3", "-c", """
                        import os
                        print(os.environ['COLOUR'], len(os.environ['TOKEN']), os.getcwd() == os.environ['TIDEWRIGHT_WORKDIR'])
                        print(os.path.isdir(os.environ['TIDEWRIGHT_CACHE']), os.path.isdir(os.environ['HOME']))
                        """)),
                Map.of("COLOUR", "blue"),
                Map.of("TOKEN", "s3cr3t-value"));
        var id = apply(new Workload.Batch(id("job", "env"), program, small(), GRACE, null));
        var seen = ended(id);
        assertThat(log(id)).isEqualTo("blue 12 True\nTrue True\n");
        assertThat(seen.toString()).doesNotContain("s3cr3t-value");
    }

    @Test
    void aBatchIsEndedAtItsDeadline() {
        var workload = new Workload.Batch(
                id("job", "late"), python("import time; time.sleep(600)"), small(), GRACE, Duration.ofSeconds(1));
        var seen = ended(apply(workload));
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(exit(seen).reason()).isEqualTo("DEADLINE_EXCEEDED");
        assertThat(exit(seen).code()).isEqualTo(143);
    }

    @Test
    void deletingEndsGrandchildrenToo() {
        var id = apply(batch("family", """
                import subprocess
                code = '''
                import os, signal, time, urllib.request
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                while True:
                    urllib.request.urlopen(os.environ["NOTES"] + "/beats", b"x").read()
                    time.sleep(0.05)
                '''
                inner = 'import subprocess, sys; subprocess.Popen([sys.executable, "-c", %r], start_new_session=True)' % code
                subprocess.run([sys.executable, '-c', inner])
                time.sleep(600)
                """));
        eventually("the grandchild lives", () -> notes.text("beats").length() > 2);
        cluster.delete(id);
        eventually("absent", () -> phase(id) == Observation.Phase.ABSENT);
        var beats = notes.text("beats").length();
        stays(
                "no more signs of life",
                Duration.ofMillis(500),
                () -> notes.text("beats").length() == beats);
        assertThat(cluster.logs(id, ReplicaStatus.BATCH, 0, 4096).text()).isEmpty();
    }

    /** Says farewell for some two seconds. */
    private static final String POLITE = """
            import signal
            def leave(*_):
                print('got term', flush=True)
                for i in range(6):
                    time.sleep(0.3)
                    print('cleanup', i, flush=True)
                print('bye', flush=True)
                sys.exit(7)
            signal.signal(signal.SIGTERM, leave)
            print('up', flush=True)
            time.sleep(600)
            """;

    private static final String FAREWELL = "up\ngot term\n"
            + IntStream.range(0, 6).mapToObj(i -> "cleanup " + i + "\n").collect(Collectors.joining())
            + "bye\n";

    @Test
    void whatABatchSaysWhileItIsStoppedIsInItsLogUntilItIsDeleted() {
        var id = apply(batch("polite", POLITE));
        eventually("it is up", () -> log(id).equals("up\n"));
        cluster.stop(id);
        cluster.stop(id);
        var seen = ended(id);
        assertThat(exit(seen).reason()).isEqualTo("STOPPED");
        assertThat(exit(seen).code()).isEqualTo(7);
        assertThat(log(id)).isEqualTo(FAREWELL);
        cluster.stop(id);
        assertThat(exit(ended(id)).code()).isEqualTo(7);
        cluster.delete(id);
        eventually("absent", () -> phase(id) == Observation.Phase.ABSENT);
        assertThat(log(id)).isEmpty();
    }

    @Test
    void aRestartedControlPlaneHasAllThatAStoppedBatchSaidMeanwhile() {
        var id = apply(batch("unheard", POLITE));
        eventually("it is up", () -> log(id).equals("up\n"));
        cluster.stop(id);
        close(cluster);
        stays("ends unheard", Duration.ofSeconds(5), () -> true);
        cluster = open((host, port) -> true);
        assertThat(exit(ended(id)).code()).isEqualTo(7);
        assertThat(log(id)).isEqualTo(FAREWELL);
    }

    @Test
    void aBatchThatDoesNotListenIsStoppedByForceAndItsLogIsWhole() {
        var deaf = python("""
                import signal
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                for i in range(6000):
                    print('tick', i, flush=True)
                    note('last', '%d ' % i)
                    time.sleep(0.1)
                """);
        var id = apply(new Workload.Batch(id("job", "deaf"), deaf, small(), Duration.ofSeconds(1), null));
        eventually("it ticks", () -> notes.text("last").contains("3 "));
        cluster.stop(id);
        assertThat(exit(ended(id)).code()).isEqualTo(137);
        var ticks = log(id).lines().toList();
        var noted = notes.text("last").split(" ").length;
        assertThat(ticks).hasSizeBetween(noted, noted + 1);
        assertThat(ticks)
                .containsExactlyElementsOf(IntStream.range(0, ticks.size())
                        .mapToObj(i -> "tick " + i)
                        .toList());
    }

    @Test
    void whatHasNotBegunIsAbsentWhenItIsStopped() {
        var id = apply(big("unbegun", 128));
        cluster.stop(id);
        eventually("absent", () -> phase(id) == Observation.Phase.ABSENT);
    }

    @Test
    void whatWasDeletedIsAbsentAndMayBeAppliedAgain() {
        var workload = batch("again", "note('runs')");
        ended(apply(workload));
        cluster.delete(workload.id());
        cluster.delete(workload.id());
        eventually("absent", () -> phase(workload.id()) == Observation.Phase.ABSENT);
        ended(apply(workload));
        assertThat(notes.text("runs")).isEqualTo("xx");
    }

    @Test
    void whatNeverWasIsAbsent() {
        assertThat(cluster.observe(id("job", "never"))).isEqualTo(Observation.absent(id("job", "never")));
        cluster.delete(id("job", "never"));
    }

    @Test
    void aServiceIsReadyOnlyAfterItsHealthCheck() {
        notes.put("sick");
        var id = apply(service("health", SERVER, 1, Readiness.path("/health")));
        var starting = eventually(
                "running, not ready",
                () -> cluster.observe(id),
                seen -> message(seen).contains("503"));
        assertThat(starting.ready()).isEmpty();
        assertThat(starting.replicas()).extracting(ReplicaStatus::phase).containsExactly(ReplicaStatus.Phase.STARTING);
        notes.remove("sick");
        var ready = ready(id, 1).ready().getFirst();
        assertThat(get(ready)).isNotEmpty();
    }

    @Test
    void aServiceWithoutHealthPathIsReadyWhenItListens() {
        var id = apply(service("port", "import time; time.sleep(0.5)\n" + SERVER, 1, Readiness.OPEN_PORT));
        assertThat(get(ready(id, 1).ready().getFirst())).isNotEmpty();
    }

    @Test
    void aReadyReplicaThatStopsAnsweringIsUnreadyUntilItAnswersAgain() {
        var id = apply(service("sick", SERVER, 1, quick()));
        ready(id, 1);
        notes.put("sick");
        var unready = replica(id, ReplicaStatus.Phase.UNREADY);
        assertThat(unready.message()).contains("503");
        notes.remove("sick");
        replica(id, ReplicaStatus.Phase.READY);
    }

    @Test
    void aReplicaThatASignalEndedNamesTheSignalAndNoLineOfThePlatformAsItsReason() {
        var id = apply(service(
                "killed",
                "import os; print('[tidewright] model diabetes version 1 is ready', flush=True); os.kill(os.getpid(), 9)",
                1,
                quick()));
        var crashed = eventually(
                "crash",
                () -> cluster.observe(id).replicas(),
                all -> !all.isEmpty() && all.getFirst().phase() == ReplicaStatus.Phase.CRASHED);
        assertThat(crashed.getFirst().message())
                .contains("ended by signal 9 (SIGKILL)")
                .doesNotContain("is ready");
    }

    @Test
    void aCrashLoopIsVisibleWithItsLastLine() {
        var id = apply(service("crash", "print('cannot find model.bin'); raise SystemExit(7)", 1, quick()));
        var crashed = eventually(
                "crash loop",
                () -> cluster.observe(id).replicas(),
                all -> !all.isEmpty()
                        && all.getFirst().restarts() >= 2
                        && all.getFirst().phase() == ReplicaStatus.Phase.CRASHED);
        assertThat(crashed.getFirst().reason()).isEqualTo("CRASH_LOOP");
        assertThat(crashed.getFirst().message()).contains("exit code 7").contains("cannot find model.bin");
        assertThat(cluster.observe(id).phase()).isEqualTo(Observation.Phase.RUNNING);
    }

    @Test
    void aReplicaThatEndsIsStartedAgainOnItsPort() {
        var id = apply(service("restart", SERVER, 1, quick()));
        var before = ready(id, 1).ready().getFirst();
        die(before);
        var after = eventually(
                "ready again",
                () -> cluster.observe(id).ready(),
                all -> !all.isEmpty() && all.getFirst().restarts() == 1);
        assertThat(after.getFirst().name()).isEqualTo(before.name());
        assertThat(after.getFirst().port()).isEqualTo(before.port());
    }

    @Test
    void replicasHaveAddressesOfTheirOwn() {
        var id = apply(service("three", SERVER, 3, quick()));
        var other = apply(service("other", SERVER, 1, quick()));
        var addresses = new HashSet<String>();
        ready(id, 3).ready().forEach(replica -> addresses.add(replica.host() + ":" + replica.port()));
        ready(other, 1).ready().forEach(replica -> addresses.add(replica.host() + ":" + replica.port()));
        assertThat(addresses).hasSize(4);
    }

    @Test
    void scalingDownDrainsTheYoungestAndWaitsForItsRequests() {
        var id = apply(service("scale", SERVER, 2, quick()));
        var two = ready(id, 2).ready();
        var eldest = two.get(0);
        var youngest = two.get(1);
        busy.add(address(youngest));
        apply(service("scale", SERVER, 1, quick()));
        var draining = replica(id, ReplicaStatus.Phase.DRAINING);
        assertThat(draining.name()).isEqualTo(youngest.name());
        assertThat(cluster.observe(id).ready()).extracting(ReplicaStatus::name).containsExactly(eldest.name());
        stays("it goes on serving", Duration.ofSeconds(1), () -> !get(youngest).isEmpty());
        busy.clear();
        eventually("gone", () -> cluster.observe(id).replicas(), all -> all.size() == 1);
        assertThat(cluster.observe(id).ready()).extracting(ReplicaStatus::name).containsExactly(eldest.name());
    }

    @Test
    void aDrainingReplicaNeverComesBackAndGoesAtItsDeadline() {
        var id = apply(service("rise", SERVER, 1, quick()));
        var first = ready(id, 1).ready().getFirst();
        busy.add(address(first));
        apply(service("rise", SERVER, 0, quick()));
        apply(service("rise", SERVER, 1, quick()));
        var second = ready(id, 1).ready().getFirst();
        assertThat(second.name()).isNotEqualTo(first.name());
        eventually("drain deadline", () -> cluster.observe(id).replicas(), all -> all.size() == 1);
        assertThat(cluster.observe(id).ready()).extracting(ReplicaStatus::name).containsExactly(second.name());
    }

    @Test
    void scalingDownTakesWhatIsNotReadyFirst() {
        var id = apply(service("unfit", "if noted('break'): raise SystemExit(1)\n" + SERVER, 1, quick()));
        ready(id, 1);
        notes.put("break");
        apply(service("unfit", SERVER, 2, quick()));
        var names = new HashMap<String, ReplicaStatus.Phase>();
        eventually(
                "one crashes",
                () -> cluster.observe(id).replicas().stream()
                        .anyMatch(replica -> replica.phase() == ReplicaStatus.Phase.CRASHED));
        cluster.observe(id).replicas().forEach(replica -> names.put(replica.name(), replica.phase()));
        apply(service("unfit", SERVER, 1, quick()));
        eventually("one left", () -> cluster.observe(id).replicas(), all -> all.size() == 1);
        var left = cluster.observe(id).replicas().getFirst();
        assertThat(names).containsEntry(left.name(), ReplicaStatus.Phase.READY);
    }

    @Test
    void whatHasNoRoomWaitsAndStartsLater() {
        var first = apply(big("first", cores() - 1));
        eventually("first runs", () -> phase(first) == Observation.Phase.RUNNING);
        var second = apply(big("second", 2));
        var waiting = eventually(
                "second waits",
                () -> cluster.observe(second),
                seen -> !seen.reason().isEmpty());
        assertThat(waiting.phase()).isEqualTo(Observation.Phase.PENDING);
        assertThat(waiting.reason()).isEqualTo("NO_CAPACITY");
        assertThat(waiting.message()).contains("needs 2 cpu").contains("of " + cores() + " cpu");
        assertThat(waiting.replicas()).extracting(ReplicaStatus::phase).containsExactly(ReplicaStatus.Phase.PENDING);
        cluster.delete(first);
        eventually("second runs", () -> phase(second) == Observation.Phase.RUNNING);
    }

    @Test
    void whatCanNeverFitSaysSo() {
        var seen = cluster.observe(apply(big("huge", 128)));
        assertThat(seen.phase()).isEqualTo(Observation.Phase.PENDING);
        assertThat(seen.reason()).isEqualTo("UNSCHEDULABLE");
        assertThat(seen.message()).isEqualTo("needs 128 cpu, the largest node has " + cores());
    }

    @Test
    void capacityCountsWhatRuns() {
        assertThat(cluster.capacity(NAMESPACE).nodes())
                .anySatisfy(node -> assertThat(node.total().cpuMillis()).isEqualTo(1000L * cores()));
        // Others run on the node too, and what ran before takes a while to go: so this asks whether the difference is
        // made.
        var without = 1000L;
        eventually("there is room for more", () -> freeCpu() > without);
        var id = apply(big("counted", cores() - 1));
        eventually("runs and is counted", () -> phase(id) == Observation.Phase.RUNNING && freeCpu() <= without);
        cluster.delete(id);
        eventually("is counted no more", () -> freeCpu() > without);
    }

    private long freeCpu() {
        return cluster.capacity(NAMESPACE).nodes().stream()
                .mapToLong(node -> node.free().cpuMillis())
                .max()
                .orElseThrow();
    }

    @Test
    void changesAreHinted() {
        var hints = new CopyOnWriteArrayList<WorkloadId>();
        cluster.onChange(hints::add);
        var id = apply(batch("hint", """

                while not noted('go'): time.sleep(0.05)
                """));
        eventually("hint of the start", () -> hints.contains(id) && phase(id) == Observation.Phase.RUNNING);
        stays("settled", Duration.ofMillis(300), () -> true);
        hints.clear();
        notes.put("go");
        eventually("hint of the end", () -> hints.contains(id));
    }

    @Test
    void aRestartedControlPlaneFindsABatchRunningAndSeesItsEnd() {
        var workload = batch("outlives", """

                note('runs')
                while not noted('go'): time.sleep(0.05)
                print('done'); raise SystemExit(4)
                """);
        var id = apply(workload);
        eventually("runs", () -> notes.text("runs").equals("x"));
        reopen();
        assertThat(phase(id)).isEqualTo(Observation.Phase.RUNNING);
        cluster.apply(workload);
        notes.put("go");
        assertThat(exit(ended(id)).code()).isEqualTo(4);
        assertThat(notes.text("runs")).isEqualTo("x");
    }

    @Test
    void aRestartedControlPlaneSeesTheEndOfWhatEndedMeanwhile() {
        var id = apply(batch("meanwhile", """

                note('runs')
                while not noted('go'): time.sleep(0.05)
                print('done'); raise SystemExit(5)
                """));
        eventually("runs", () -> notes.text("runs").equals("x"));
        close(cluster);
        notes.put("go");
        stays("ends unseen", Duration.ofMillis(700), () -> true);
        cluster = open((host, port) -> true);
        assertThat(exit(ended(id)).code()).isEqualTo(5);
        assertThat(log(id)).isEqualTo("done\n");
    }

    @Test
    void aRestartedControlPlaneFindsAServiceReadyAndUnchanged() {
        var id = apply(service("stays", SERVER, 2, quick()));
        var before = ready(id, 2).ready();
        var pids = before.stream().map(ClusterContract::get).toList();
        reopen();
        var after = ready(id, 2).ready();
        assertThat(after.stream().map(ClusterContract::get)).containsExactlyElementsOf(pids);
        assertThat(after)
                .extracting(ReplicaStatus::port)
                .containsExactlyElementsOf(
                        before.stream().map(ReplicaStatus::port).toList());
    }

    @Test
    void retiringANamespaceEndsEverythingInIt() {
        cluster.provision(NAMESPACE, Resources.of("1", "1Gi", null));
        var job = apply(batch("retired", "import time; time.sleep(600)"));
        var endpoint = apply(service("retired", SERVER, 1, quick()));
        ready(endpoint, 1);
        cluster.retire(NAMESPACE);
        eventually(
                "both gone",
                () -> phase(job) == Observation.Phase.ABSENT && phase(endpoint) == Observation.Phase.ABSENT);
    }

    // --- words of these tests ---------------------------------------------------------------------------------------

    protected final WorkloadId apply(Workload workload) {
        cluster.apply(workload);
        applied.add(workload.id());
        return workload.id();
    }

    protected final Workload.Batch batch(String name, String script) {
        return new Workload.Batch(id("job", name), python(script), small(), GRACE, null);
    }

    private Workload.Batch big(String name, int cores) {
        return new Workload.Batch(
                id("job", name),
                python("time.sleep(600)"),
                Resources.of(Integer.toString(cores), "64Mi", null),
                GRACE,
                null);
    }

    protected final Workload.Service service(String name, String script, int replicas, Readiness readiness) {
        return new Workload.Service(
                id("revision", name), python(script), small(), GRACE, replicas, readiness, Duration.ofSeconds(5));
    }

    protected static Readiness quick() {
        return new Readiness("/health", Duration.ofMillis(100), Duration.ofSeconds(2), 3);
    }

    protected static Resources small() {
        return Resources.of("100m", "256Mi", null);
    }

    protected static WorkloadId id(String kind, String name) {
        return new WorkloadId(NAMESPACE, kind, name);
    }

    protected final Program python(String script) {
        return program(List.of("python3", "-c", NOTES + "########\n" + script), Map.of());
    }

    private Program program(List<String> command, Map<String, String> secrets) {
        return new Program(new Program.Command(command), Map.of("NOTES", notes.address(ownHost())), secrets);
    }

    /** Programs see it by {@code noted}. */
    protected final void tell(String note) {
        notes.put(note);
    }

    protected static String server() {
        return SERVER;
    }

    protected final Observation.Phase phase(WorkloadId id) {
        return cluster.observe(id).phase();
    }

    protected final Observation ended(WorkloadId id) {
        return eventually("the end of " + id, () -> cluster.observe(id), seen -> seen.exit() != null);
    }

    protected static Exit exit(Observation seen) {
        return java.util.Objects.requireNonNull(seen.exit());
    }

    protected final Observation ready(WorkloadId id, int count) {
        return eventually(
                count + " ready",
                () -> cluster.observe(id),
                seen -> seen.ready().size() == count);
    }

    protected final ReplicaStatus replica(WorkloadId id, ReplicaStatus.Phase phase) {
        return eventually(
                        "a replica " + phase,
                        () -> cluster.observe(id).replicas(),
                        all -> all.stream().anyMatch(replica -> replica.phase() == phase))
                .stream()
                .filter(replica -> replica.phase() == phase)
                .findFirst()
                .orElseThrow();
    }

    private static String message(Observation seen) {
        return seen.replicas().isEmpty() ? "" : seen.replicas().getFirst().message();
    }

    protected final String log(WorkloadId id) {
        var text = new StringBuilder();
        var position = 0L;
        for (var slice = cluster.logs(id, ReplicaStatus.BATCH, 0, 10_000); ; ) {
            text.append(slice.text());
            if (slice.ended() || slice.next() == position) {
                return text.toString();
            }
            position = slice.next();
            slice = cluster.logs(id, ReplicaStatus.BATCH, position, 10_000);
        }
    }

    protected static String get(ReplicaStatus replica) {
        return get(replica, "/");
    }

    private static String get(ReplicaStatus replica, String path) {
        try {
            var connection = (HttpURLConnection)
                    URI.create("http://" + address(replica) + path).toURL().openConnection();
            try (var body = connection.getInputStream()) {
                return new String(body.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String address(ReplicaStatus replica) {
        return replica.host() + ":" + replica.port();
    }

    /** Lets a replica of {@link #server} end itself. */
    private static void die(ReplicaStatus replica) {
        try {
            get(replica, "/die");
        } catch (UncheckedIOException ended) {
            return; // as it should, without an answer
        }
        throw new AssertionError("it lives on");
    }
}
