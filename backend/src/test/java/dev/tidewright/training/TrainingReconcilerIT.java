package dev.tidewright.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.HandClock;
import dev.tidewright.TestApi;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.cluster.FakeCluster;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.history.History;
import dev.tidewright.history.HistoryEntry;
import dev.tidewright.history.HistoryQuery;
import dev.tidewright.kernel.Name;
import dev.tidewright.reconcile.Next;
import dev.tidewright.tenancy.Namespaces;
import dev.tidewright.tenancy.QuotaLedger;
import dev.tidewright.tenancy.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@ContextConfiguration(initializers = StillInstallation.class)
@Import(StillInstallation.Fakes.class)
class TrainingReconcilerIT {

    @LocalServerPort
    private int port;

    @Autowired
    private TrainingService training;

    @Autowired
    private TrainingReconciler reconciler;

    @Autowired
    private QueueReconciler queue;

    @Autowired
    private AttemptService attempts;

    @Autowired
    private JobReader reader;

    @Autowired
    private JobLogs logs;

    @Autowired
    private Namespaces namespaces;

    @Autowired
    private QuotaLedger ledger;

    @Autowired
    private Artifacts artifacts;

    @Autowired
    private History history;

    @Autowired
    private FakeCluster cluster;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private HandClock clock;

    @Autowired
    private PlatformTransactionManager transactions;

    private Name namespace = Name.of("unset");

    @BeforeEach
    void emptyNamespace() {
        namespace = Name.of(TestApi.admin(port).namespace("{\"cpu\":\"4\",\"jobs\":3}"));
        cluster.away = false;
        cluster.faultAt = 0;
    }

    @Test
    void whatOthersChangeOfItInTheClusterIsPutBackOnceAndInTheHistory() {
        var job = submit("1");
        pass(job);
        pass(job);
        var told = "of the Job train-a1 the label x had been taken away or changed and put back";
        cluster.seen.computeIfPresent(workload(job, 1), (key, seen) -> seen.altered(List.of(told)));
        pass(job);
        pass(job);
        assertThat(cluster.repaired).containsOnlyOnce(workload(job, 1));
        assertThat(history.find(HistoryQuery.of(job, 10)))
                .filteredOn(entry -> entry.verb().equals("repaired"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.reason()).isEqualTo(told));
        cluster.ends(workload(job, 1), 0, "COMPLETED", "");
        settle(job);
    }

    @Test
    void aJobRunsToItsEndAndLeavesItsLogAndNothingElse() {
        var job = submit("1");
        pass(job);
        var workload = workload(job, 1);
        cluster.written.put(workload, new StringBuilder("epoch 1\nепоха 2\n"));
        pass(job);
        assertThat(status(job)).isEqualTo(JobStatus.RUNNING);
        var live = read(job, 0).text();
        cluster.ends(workload, 0, "COMPLETED", "");
        settle(job);
        assertThat(status(job)).isEqualTo(JobStatus.SUCCEEDED);
        assertThat(read(job, 0).text()).isEqualTo(live).isEqualTo("epoch 1\nепоха 2\n");
        assertThat(cluster.seen).doesNotContainKey(workload);
        assertThat(verdict(job)).isInstanceOf(Verdict.Granted.class);
        assertThat(history.find(HistoryQuery.of(job, 10)))
                .extracting(HistoryEntry::to)
                .containsExactly("SUCCEEDED", "RUNNING", "STARTING", "QUEUED");
    }

    @Test
    void aReaderThatGoesOnFromItsPositionSeesNeitherGapNorRepetitionWhenTheLogMoves() {
        var job = submit("1");
        pass(job);
        cluster.written.put(workload(job, 1), new StringBuilder("one\ntwo\n"));
        var first = read(job, 0);
        cluster.written
                .computeIfAbsent(workload(job, 1), id -> new StringBuilder())
                .append("three\nwithout end");
        cluster.ends(workload(job, 1), 0, "COMPLETED", "");
        settle(job);
        var rest = read(job, first.next());
        assertThat(first.text() + rest.text()).isEqualTo("one\ntwo\nthree\nwithout end");
        assertThat(rest.ended()).isTrue();
        assertThat(logs.tail(state(job), state(job).requireAttempt(1), 2).text())
                .isEqualTo("three\nwithout end");
    }

    @Test
    void aLostAttemptIsFollowedByAnotherUnderAnotherName() {
        var job = submit("1");
        pass(job);
        pass(job);
        cluster.seen.remove(workload(job, 1));
        settle(job);
        assertThat(cluster.starts).contains(workload(job, 2));
        assertThat(status(job)).isEqualTo(JobStatus.RUNNING);
    }

    @Test
    void aClusterThatIsAwayMakesNothingFail() {
        var job = submit("1");
        pass(job);
        cluster.away = true;
        var next = pass(job);
        assertThat(next).isInstanceOf(Next.Again.class);
        assertThat(facts(job).phase()).isEqualTo(JobStatus.RUNNING);
        assertThat(facts(job).unknownSince()).isEqualTo(clock.instant());
        cluster.away = false;
        clock.turn(Duration.ofMinutes(10));
        pass(job);
        assertThat(facts(job).unknownSince()).isNull();
        assertThat(facts(job).phase()).isEqualTo(JobStatus.RUNNING);
    }

    @Test
    void aJobPastItsDeadlineFailsAndIsTakenAway() {
        var job = submit("1");
        pass(job);
        clock.turn(Duration.ofHours(25));
        settle(job);
        assertThat(facts(job).reason()).isEqualTo(ReasonCode.DEADLINE_EXCEEDED);
        assertThat(cluster.seen).doesNotContainKey(workload(job, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aJobCanBeCancelledAtAnyMoment(int passesBefore) {
        var job = submit("1");
        for (var done = 0; done < passesBefore; done++) {
            pass(job);
        }
        training.cancel(namespace, name(job), "wrong data", JobSamples.ANA);
        training.cancel(namespace, name(job), "twice", JobSamples.ANA);
        settle(job);
        assertThat(status(job)).isEqualTo(JobStatus.CANCELLED);
        assertThat(facts(job).message()).isEqualTo("stopped by ana: wrong data");
        assertThat(cluster.seen).doesNotContainKey(workload(job, 1));
        assertThat(verdict(job)).isInstanceOf(Verdict.Granted.class);
    }

    @Test
    void whatAJobSaysWhileItIsCancelledIsInItsLog() {
        var job = submit("1");
        pass(job);
        pass(job);
        cluster.written.put(workload(job, 1), new StringBuilder("up\n"));
        cluster.lastWords = "got term\nbye\n";
        training.cancel(namespace, name(job), "", JobSamples.ANA);
        settle(job);
        cluster.lastWords = "";
        assertThat(status(job)).isEqualTo(JobStatus.CANCELLED);
        assertThat(read(job, 0).text()).isEqualTo("up\ngot term\nbye\n");
        assertThat(cluster.seen).doesNotContainKey(workload(job, 1));
    }

    /** The process dies at the k-th call to the cluster, before or after it took effect, for every k there is. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void dyingBetweenAnyTwoStepsStartsNothingTwice(boolean afterTheEffect) {
        for (var k = 1; ; k++) {
            namespace = Name.of(TestApi.admin(port).namespace("{\"cpu\":\"4\"}"));
            var job = submit(new SubmitJob.Retries(1, null), "1");
            cluster.faultAt = cluster.calls + k;
            cluster.faultAfter = afterTheEffect;
            var exits = new ArrayDeque<>(List.of(1, 0));
            drive(job, exits);
            var died = cluster.calls >= cluster.faultAt;
            assertThat(status(job)).as("killed at call %s", k).isEqualTo(JobStatus.SUCCEEDED);
            assertThat(startsOf(job)).containsExactly(workload(job, 1), workload(job, 2));
            assertThat(cluster.seen.keySet()).noneMatch(id -> id.namespace().equals(namespace));
            assertThat(verdict(job)).isInstanceOf(Verdict.Granted.class);
            assertThat(state(job).attempts())
                    .allSatisfy(attempt -> assertThat(artifacts.list(JobSources.log(attempt.id())))
                            .hasSize(1));
            if (!died) {
                assertThat(k).isGreaterThan(10);
                return;
            }
        }
    }

    @Test
    void whatDoesNotFitWaitsInOrderAndSmallOnesPassBy() {
        var first = submit("3");
        clock.turn(Duration.ofMillis(2));
        var large = submit("2");
        clock.turn(Duration.ofMillis(2));
        var small = submit("1");
        queue.reconcile(namespaceId(first));
        assertThat(facts(large).queuePosition()).isEqualTo(1);
        assertThat(facts(large).message()).isEqualTo("needs 2 cpu, 1 of 4 free in " + namespace);
        assertThat(status(small)).isEqualTo(JobStatus.STARTING);
        training.cancel(namespace, name(first), "", JobSamples.ANA);
        settle(first);
        queue.reconcile(namespaceId(first));
        assertThat(status(large)).isEqualTo(JobStatus.STARTING);
        assertThat(facts(large).waitedSeconds()).isNotNull();
    }

    @Test
    void twoHundredAtOnceForFiftyPlacesAdmitExactlyFifty() {
        namespace = Name.of(TestApi.admin(port).namespace("{\"cpu\":\"1000\",\"memory\":\"1Ti\",\"jobs\":50}"));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 200; i++) {
                threads.execute(() -> submit("1"));
            }
            for (var i = 0; i < 8; i++) {
                threads.execute(
                        () -> queue.reconcile(namespaces.require(namespace).id()));
            }
        }
        queue.reconcile(namespaces.require(namespace).id());
        var counts = reader.count(namespace, new JobQuery(null, null, null, null, false, null));
        assertThat(counts).containsEntry(JobStatus.STARTING, 50L).containsEntry(JobStatus.QUEUED, 150L);
        var admitted = reader.list(namespace, new JobQuery("STARTING", null, null, null, false, null), 1)
                .items()
                .getFirst();
        training.cancel(namespace, Name.of(admitted.metadata().name()), "", JobSamples.ANA);
        settle(admitted.metadata().uid());
        queue.reconcile(namespaceId(admitted.metadata().uid()));
        assertThat(reader.count(namespace, new JobQuery(null, null, null, null, false, null)))
                .containsEntry(JobStatus.STARTING, 50L)
                .containsEntry(JobStatus.QUEUED, 149L)
                .containsEntry(JobStatus.CANCELLED, 1L);
    }

    @Test
    void theSameByRestAndEverySubmissionIsAnswered() {
        var api = TestApi.admin(port);
        namespace = Name.of(api.namespace("{\"cpu\":\"1000\",\"memory\":\"1Ti\",\"jobs\":50}"));
        var answers = new ConcurrentLinkedQueue<Integer>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 200; i++) {
                var key = "submission-" + i;
                threads.execute(() -> answers.add(api.post(
                                "/api/v1/namespaces/" + namespace + "/jobs",
                                "{\"command\":[\"true\"]}",
                                "Idempotency-Key",
                                key)
                        .status()));
            }
        }
        assertThat(answers).hasSize(200).containsOnly(201);
        queue.reconcile(namespaces.require(namespace).id());
        assertThat(reader.count(namespace, new JobQuery(null, null, null, null, false, null)))
                .containsEntry(JobStatus.STARTING, 50L)
                .containsEntry(JobStatus.QUEUED, 150L);
    }

    /** 100,000 rows: the page is found by key, so that it costs the same at the end of the list as at its beginning. */
    @Test
    void aPageOfAHundredThousandJobsReadsOnlyItsRows() {
        submit("1");
        jdbc.sql("""
                INSERT INTO training_job (id, version, namespace_id, namespace, name, created_by, created_at, spec, labels,
                    status, sentence)
                SELECT CAST('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') AS uuid), 0, namespace_id, namespace,
                    'bulk-' || n, created_by, created_at, spec, labels, 'SUCCEEDED', ''
                FROM training_job, generate_series(1, 100000) n WHERE namespace = :namespace
                """).param("namespace", namespace.value()).update();
        jdbc.sql("ANALYZE training_job").update();
        var page = reader.list(namespace, new JobQuery(null, null, null, null, null, null), 50);
        assertThat(page.items()).hasSize(50);
        var plan = String.join(
                "\n",
                jdbc.sql("""
                EXPLAIN SELECT id FROM training_job WHERE namespace_id = :id AND id < :before ORDER BY id DESC LIMIT 51
                """)
                        .param("id", namespaces.require(namespace).id())
                        .param("before", page.items().getLast().metadata().uid())
                        .query(String.class)
                        .list());
        assertThat(plan).contains("Index").doesNotContain("Seq Scan").doesNotContain("Sort");
        jdbc.sql("DELETE FROM training_job WHERE namespace = :namespace AND name LIKE 'bulk-%'")
                .param("namespace", namespace.value())
                .update();
    }

    @Test
    void pagesGoThroughAllJobsOnce() {
        var submitted = new ArrayList<UUID>();
        for (var i = 0; i < 7; i++) {
            submitted.addFirst(submit("1"));
            clock.turn(Duration.ofMillis(2));
        }
        var seen = new ArrayList<UUID>();
        @Nullable String cursor = null;
        do {
            var page = reader.list(namespace, new JobQuery(null, null, "team=a", null, false, cursor), 3);
            page.items().forEach(job -> seen.add(job.metadata().uid()));
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(seen).isEqualTo(submitted);
    }

    private void drive(UUID job, Deque<Integer> exits) {
        for (var passes = 0; passes < 100; passes++) {
            try {
                if (reconciler.reconcile(job) instanceof Next.Done
                        && state(job).status().terminal()) {
                    return;
                }
            } catch (IllegalStateException killed) {
                continue;
            }
            for (var id : List.copyOf(cluster.seen.keySet())) {
                if (id.namespace().equals(namespace)
                        && Objects.requireNonNull(cluster.seen.get(id)).exit() == null
                        && state(job).status() == JobStatus.RUNNING) {
                    cluster.written.put(id, new StringBuilder("said by " + id + "\n"));
                    cluster.ends(id, exits.pop(), exits.isEmpty() ? "COMPLETED" : "EXIT_CODE", "");
                }
            }
        }
        throw new AssertionError("job is stuck in " + state(job));
    }

    private List<WorkloadId> startsOf(UUID job) {
        return cluster.starts.stream()
                .filter(id -> id.namespace().equals(namespace))
                .filter(id -> id.name().startsWith(name(job).value()))
                .toList();
    }

    @Test
    void aJobWhoseImageCannotBePulledFailsAndGivesItsQuotaBack() {
        var job = submit("4");
        var workload = workload(job, 1);
        var why = "the image a/b:1 cannot be pulled: docker.io has no such image or tag";
        cluster.seen.put(workload, starts(workload, Observation.Phase.PENDING, why));
        pass(job);
        assertThat(status(job)).isEqualTo(JobStatus.STARTING);
        assertThat(verdict(job)).isInstanceOf(Verdict.Waiting.class);
        clock.turn(Duration.ofMinutes(10));
        cluster.seen.put(workload, starts(workload, Observation.Phase.FAILED, why));
        settle(job);
        assertThat(status(job)).isEqualTo(JobStatus.FAILED);
        assertThat(state(job).attempts()).hasSize(1);
        assertThat(cluster.seen).doesNotContainKey(workload);
        assertThat(verdict(job)).isInstanceOf(Verdict.Granted.class);
        assertThat(history.find(HistoryQuery.of(job, 10)).getFirst().reason()).isEqualTo(why);
    }

    private static Observation starts(WorkloadId workload, Observation.Phase phase, String why) {
        return new Observation(workload, phase, "IMAGE_PULL", why, List.of(), null, null);
    }

    private UUID submit(String cpu) {
        return submit(null, cpu);
    }

    private UUID submit(SubmitJob.@Nullable Retries retries, String cpu) {
        var name = training.submit(namespace, command(retries, cpu), JobSamples.ANA);
        return reader.get(namespace, name).metadata().uid();
    }

    private static SubmitJob command(SubmitJob.@Nullable Retries retries, String cpu) {
        return new SubmitJob(
                null,
                null,
                null,
                List.of("true"),
                null,
                null,
                null,
                null,
                new SubmitJob.Amount(cpu, "16Mi", null),
                retries,
                null,
                null,
                Map.of("team", "a"),
                null,
                null,
                null);
    }

    private Next pass(UUID job) {
        return reconciler.reconcile(job);
    }

    /** Passes until nothing changes any more. */
    private void settle(UUID job) {
        for (var passes = 0; passes < 10; passes++) {
            if (reconciler.reconcile(job) instanceof Next.Done) {
                return;
            }
        }
    }

    private dev.tidewright.cluster.LogSlice read(UUID job, long position) {
        return logs.read(state(job), state(job).requireAttempt(null), position, JobLogs.SLICE);
    }

    private Verdict verdict(UUID job) {
        var hold = new dev.tidewright.tenancy.Hold(
                UUID.randomUUID(), "job", "probe", dev.tidewright.kernel.Resources.of("4", "1Gi", null), 1, 0);
        return Objects.requireNonNull(new TransactionTemplate(transactions)
                .execute(status -> ledger.check(state(job).namespace(), hold)));
    }

    private UUID namespaceId(UUID job) {
        return namespaces.require(state(job).namespace()).id();
    }

    private JobState state(UUID job) {
        return attempts.state(job).orElseThrow();
    }

    private JobStatus status(UUID job) {
        return state(job).status();
    }

    private Name name(UUID job) {
        return state(job).name();
    }

    private JobView facts(UUID job) {
        return reader.get(namespace, name(job)).status();
    }

    private WorkloadId workload(UUID job, int attempt) {
        return new WorkloadId(namespace, "job", name(job) + "-a" + attempt);
    }
}
