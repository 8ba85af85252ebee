package dev.tidewright.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.artifacts.ArchivedPrograms;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Uploads;
import dev.tidewright.catalog.AliasService;
import dev.tidewright.catalog.Catalog;
import dev.tidewright.cluster.Capabilities;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.ScalingMetric;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.history.History;
import dev.tidewright.history.HistoryEntry;
import dev.tidewright.history.HistoryQuery;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resources;
import dev.tidewright.kernel.Scalar;
import dev.tidewright.kernel.Timespan;
import dev.tidewright.reconcile.WorkQueue;
import dev.tidewright.rollout.RolloutStrategy;
import dev.tidewright.rollout.Share;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionInterceptor;
import org.springframework.transaction.support.TransactionTemplate;

/** Passes over endpoints on a real database, with a cluster in memory and a clock that is turned by hand. */
@IntegrationTest
class ServingReconcilerIT {

    private static final Actor ANA = Actor.user("ana");
    private static final Name NAME = Name.of("echo");

    @LocalServerPort
    private int port;

    @Autowired
    private Endpoints endpoints;

    @Autowired
    private Revisions revisions;

    @Autowired
    private RevisionRuns runs;

    @Autowired
    private Activations activations;

    @Autowired
    private FleetQuota quota;

    @Autowired
    private ScalingLog scalings;

    @Autowired
    private Scaling scaling;

    @Autowired
    private FleetRows rows;

    @Autowired
    private Catalog catalog;

    @Autowired
    private AliasService aliases;

    @Autowired
    private ArchivedPrograms programs;

    @Autowired
    private SpecDiff diff;

    @Autowired
    private Uploads uploads;

    @Autowired
    private Artifacts artifacts;

    @Autowired
    private EndpointQuota endpointQuota;

    private EndpointService service;

    @Autowired
    private EndpointViews views;

    @Autowired
    private RevisionViews revisionViews;

    @Autowired
    private EndpointPlans plans;

    @Autowired
    private Workloads workloads;

    @Autowired
    private WorkQueue queue;

    @Autowired
    private History history;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private PlatformTransactionManager transactions;

    private Name namespace = Name.of("none");
    private UUID upload = UUID.randomUUID();
    private Instant now = Instant.parse("2026-03-01T10:00:00Z");
    private final InstantSource clock = () -> now;
    private LivingCluster cluster = new LivingCluster(clock, 1);
    private final Published published = new Published();
    private ServingReconciler reconciler;

    @BeforeEach
    void aCluster() {
        now = Instant.now();
        namespace = Name.of(TestApi.admin(port).namespace("{\"cpu\":\"8\",\"memory\":\"8Gi\",\"endpoints\":3}"));
        upload = UUID.fromString(
                TestApi.admin(port).upload(namespace.value(), "app.py", "print()".getBytes(StandardCharsets.UTF_8)));
        reconciler = restarted();
        // What runs beside this test cannot do what the cluster in memory can.
        var resolver = new ServedResolver(
                catalog, aliases, artifacts, uploads, programs, namespace -> new Capabilities(true, true, true));
        var maker = new RevisionMaker(revisions, runs, resolver, diff, uploads, artifacts);
        service = transactional(new EndpointService(endpoints, revisions, maker, endpointQuota, queue, clock));
    }

    @Test
    void anEndpointServesItsFirstRevisionOnceItsReplicasAreReady() {
        var id = deployed(command(2, Map.of()));
        reconciler.reconcile(id);
        assertThat(endpoint(id).phase()).isEqualTo(EndpointPhase.STARTING);
        assertThat(published.targets()).isEmpty();
        settle(id);
        assertThat(endpoint(id).phase()).isEqualTo(EndpointPhase.SERVING);
        assertThat(published.targets()).hasSize(2).allMatch(target -> target.revision() == 1);
        assertThat(activations.at(namespace, NAME, now.plusSeconds(1)))
                .singleElement()
                .satisfies(served -> {
                    assertThat(served.revision()).isEqualTo(1);
                    assertThat(served.author()).isEqualTo("ana");
                });
    }

    @Test
    void aRollingUpdateKeepsItsBoundsAtEveryPass() {
        var id = deployed(command(3, Map.of()));
        settle(id);
        change(command(3, Map.of("alpha", new Scalar(0.5))));
        for (var pass = 0; pass < 200 && endpoint(id).rolling(); pass++) {
            reconciler.reconcile(id);
            assertThat(cluster.stayingOfAll()).isLessThanOrEqualTo(4);
            assertThat(cluster.readyOfAll()).isGreaterThanOrEqualTo(3);
            assertThat(published.targets()).hasSizeGreaterThanOrEqualTo(3);
            turn();
        }
        assertThat(endpoint(id).phase()).isEqualTo(EndpointPhase.SERVING);
        assertThat(cluster.ready(workload(2))).isEqualTo(3);
        assertThat(cluster.staying(workload(1))).isZero();
        turnUntilGone(id, workload(1));
    }

    @Test
    void aRolloutToFewerReplicasKeepsAllUntilTheNewOnesAreReady() {
        var id = deployed(command(6, Map.of()));
        settle(id);
        change(command(2, Map.of("alpha", new Scalar(0.5))));
        for (var pass = 0; pass < 200 && endpoint(id).rolling(); pass++) {
            reconciler.reconcile(id);
            if (cluster.ready(workload(2)) < 2) {
                assertThat(cluster.readyOfAll()).isGreaterThanOrEqualTo(6);
            }
            assertThat(cluster.stayingOfAll()).isLessThanOrEqualTo(7);
            turn();
        }
        assertThat(endpoint(id).phase()).isEqualTo(EndpointPhase.SERVING);
        assertThat(cluster.ready(workload(2))).isEqualTo(2);
    }

    @Test
    void whatOthersChangeInTheClusterIsPutBackOnceAndInTheHistory() {
        var id = deployed(command(1, Map.of()));
        settle(id);
        cluster.seen.computeIfPresent(
                workload(1),
                (key, seen) ->
                        seen.altered(List.of("the Deployment echo-r1 had been changed with vi and was put back")));
        reconciler.reconcile(id);
        reconciler.reconcile(id);
        assertThat(cluster.repaired).containsExactly(workload(1));
        assertThat(verbs(id)).containsOnlyOnce("repaired");
    }

    @Test
    void whatCannotBePutBackIsNotSaidToBeAndStopsNothing() {
        var id = deployed(command(1, Map.of()));
        settle(id);
        cluster.refusesRepair = true;
        cluster.seen.computeIfPresent(
                workload(1),
                (key, seen) -> seen.altered(List.of("the Service was changed and was put back"))
                        .told("REPAIR_REFUSED", "it cannot be put back"));
        reconciler.reconcile(id);
        assertThat(verbs(id)).doesNotContain("repaired");
        assertThat(endpoints.findById(id).orElseThrow().replicas())
                .singleElement()
                .satisfies(row -> assertThat(row.message()).isEqualTo("it cannot be put back"));
        cluster.refusesRepair = false;
        reconciler.reconcile(id);
        assertThat(verbs(id)).containsOnlyOnce("repaired");
    }

    @Test
    void whatIsLostWhileNobodyLooksIsMadeAgainAndToldOnce() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        cluster.loses(workload(1));
        cluster.calls = 0;
        cluster.faultAt = 2;
        reconciler = restarted();
        assertThatThrownBy(() -> reconciler.reconcile(id)).hasMessageContaining("killed");
        cluster.faultAt = 0;
        reconciler = restarted();
        reconciler.reconcile(id);
        assertThat(cluster.staying(workload(1))).isEqualTo(2);
        settle(id);
        assertThat(repairs(id)).containsExactly("the keeper of echo-r1 is missing and is made again");
    }

    @Test
    void replicasThatNothingKeepsGetAKeeperWhichIsToldOnce() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        cluster.leaves(workload(1));
        cluster.calls = 0;
        cluster.faultAt = 2;
        assertThatThrownBy(() -> reconciler.reconcile(id)).hasMessageContaining("killed");
        assertThat(endpoint(id).replicas())
                .extracting(ReplicaRow::message)
                .containsOnly("the keeper of echo-r1 is missing");
        cluster.faultAt = 0;
        reconciler = restarted();
        reconciler.reconcile(id);
        assertThat(cluster.observe(workload(1)).missing()).isEmpty();
        reconciler.reconcile(id);
        assertThat(published.targets()).hasSize(2);
        cluster.leaves(workload(1));
        reconciler.reconcile(id);
        reconciler.reconcile(id);
        assertThat(repairs(id)).as("once for each time").hasSize(2);
    }

    @Test
    void whatIsLostBesideItsAutoscalerIsMadeAgainBeforeThat() {
        var id = deployed(scaled(2, 5, Map.of(), "100m"));
        settle(id);
        reconciler.reconcile(id);
        cluster.wants(workload(1), 3);
        reconciler.reconcile(id);
        cluster.loses(workload(1));
        settle(id);
        reconciler.reconcile(id);
        assertThat(cluster.staying(workload(1))).isEqualTo(3);
        assertThat(cluster.autoscaler(workload(1))).isNotNull();
        assertThat(repairs(id)).hasSize(1);
    }

    @Test
    void whatIsStoppedWhenItIsLostIsNotMadeAgain() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        hidden(() -> {
            service.stop(namespace, NAME, "night", ANA);
            return null;
        });
        cluster.loses(workload(1));
        reconciler.reconcile(id);
        reconciler.reconcile(id);
        assertThat(cluster.seen).doesNotContainKey(workload(1));
        assertThat(repairs(id)).isEmpty();
    }

    @Test
    void aRevisionThatIsNeverReadyReturnsByItselfAndSaysWhy() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        cluster.neverReady(workload(2));
        change(command(2, Map.of("bad", new Scalar(true))));
        for (var pass = 0; pass < 400 && endpoint(id).rolling(); pass++) {
            reconciler.reconcile(id);
            assertThat(cluster.ready(workload(1))).isEqualTo(2);
            turn();
        }
        var endpoint = endpoint(id);
        assertThat(endpoint.phase()).isEqualTo(EndpointPhase.DEGRADED);
        assertThat(endpoint.reason()).isEqualTo("ROLLED_BACK");
        assertThat(endpoint.message()).contains("revision 1 serves again").contains("No module named nope");
        assertThat(endpoint.rollout().target()).isEqualTo(1);
        assertThat(cluster.staying(workload(2))).isZero();
        assertThat(verbs(id)).contains("rollout-returned");
        assertThat(views.diagnosis(namespace, NAME)).singleElement().satisfies(finding -> {
            assertThat(finding.sentence()).startsWith("returned to revision 1: ");
            assertThat(finding.remedy()).contains("until another revision is made");
        });
        var bad = revisionViews.get(namespace, NAME, 2);
        assertThat(bad.outcome()).isEqualTo(RevisionOutcome.RETURNED);
        assertThat(bad.everReady()).isFalse();
        assertThat(revisionViews.get(namespace, NAME, 1).outcome()).isEqualTo(RevisionOutcome.SERVED);
        assertThat(backTo(2).warnings()).anyMatch(warning -> warning.contains("revision 2 has never served"));
    }

    @Test
    void aRevisionIsComparedWithTheOneThatWasWantedWhenItWasMade() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        cluster.neverReady(workload(2));
        change(command(2, Map.of("bad", new Scalar(true))));
        reconciler.reconcile(id);
        assertThat(revisionViews.get(namespace, NAME, 2).outcome()).isEqualTo(RevisionOutcome.PENDING);
        hidden(() -> {
            service.abort(namespace, NAME, "wrong model", ANA);
            return null;
        });
        settle(id);
        change(command(2, Map.of("alpha", new Scalar(0.5))));
        hidden(() -> service.deploy(namespace, command(2, Map.of("alpha", new Scalar(0.7))), "*", true, ANA));
        settle(id);
        var all = revisionViews.list(namespace, NAME, null, 10).items();
        assertThat(all)
                .extracting(RevisionView::outcome)
                .containsExactly(
                        RevisionOutcome.SERVED,
                        RevisionOutcome.SUPERSEDED,
                        RevisionOutcome.ABORTED,
                        RevisionOutcome.SERVED);
        assertThat(all).extracting(RevisionView::previous).containsExactly(3, 1, 1, null);
        assertThat(all.get(1).changes()).extracting(SpecDiff.Change::path).containsExactly("parameters.alpha");
        assertThat(backTo(1).warnings()).noneMatch(warning -> warning.contains("never served"));
    }

    /** What going back to a revision would do. */
    private EndpointPlans.Plan backTo(int revision) {
        return plans.of(
                namespace, NAME, () -> service.rollBack(namespace, NAME, new RollBack(revision, "plan", null), ANA));
    }

    @Test
    void aFirstRevisionThatIsNeverReadyFailsAndIsKeptForLookingAt() {
        cluster.neverReady(workload(1));
        var id = deployed(command(1, Map.of()));
        reconciler.reconcile(id);
        turn();
        reconciler.reconcile(id);
        assertThat(endpoint(id).phase()).isEqualTo(EndpointPhase.DEGRADED);
        assertThat(endpoint(id).message()).contains("No module named nope");
        now = now.plus(Duration.ofMinutes(3));
        reconciler.reconcile(id);
        reconciler.reconcile(id);
        assertThat(endpoint(id).phase()).isEqualTo(EndpointPhase.FAILED);
        assertThat(cluster.staying(workload(1))).isEqualTo(1);
        cluster.heal(workload(1));
        settle(id);
        assertThat(endpoint(id).phase()).isEqualTo(EndpointPhase.SERVING);
    }

    @Test
    void aChangeDuringARolloutIsRefusedUnlessItSupersedes() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        change(command(2, Map.of("a", new Scalar(1))));
        reconciler.reconcile(id);
        assertThatThrownBy(() -> change(command(2, Map.of("a", new Scalar(2)))))
                .isInstanceOf(Refusal.Conflict.class)
                .hasMessageContaining("supersede=true");
        hidden(() -> service.deploy(namespace, command(2, Map.of("a", new Scalar(3))), "*", true, ANA));
        settle(id);
        assertThat(endpoint(id).rollout().target()).isEqualTo(3);
        assertThat(cluster.ready(workload(3))).isEqualTo(2);
        assertThat(cluster.stayingOfAll()).isEqualTo(2);
    }

    @Test
    void anAbortedRolloutGoesBack() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        cluster.neverReady(workload(2));
        change(command(2, Map.of("a", new Scalar(1))));
        reconciler.reconcile(id);
        hidden(() -> {
            service.abort(namespace, NAME, "wrong model", ANA);
            return null;
        });
        settle(id);
        assertThat(endpoint(id).phase()).isEqualTo(EndpointPhase.SERVING);
        assertThat(endpoint(id).rollout().target()).isEqualTo(1);
        assertThat(cluster.staying(workload(2))).isZero();
    }

    @Test
    void stoppingKeepsTheUrlAndStartingServesAgain() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        hidden(() -> {
            service.stop(namespace, NAME, "night", ANA);
            return null;
        });
        turnUntilGone(id, workload(1));
        assertThat(endpoint(id).message()).isEqualTo("stopped by ana");
        assertThat(published.routes.values()).anyMatch(route -> route.endpoint().equals(NAME));
        assertThat(held(id)).isEqualTo("0");
        hidden(() -> {
            service.start(namespace, NAME, "", ANA);
            return null;
        });
        settle(id);
        assertThat(published.targets()).hasSize(2);
        assertThat(repairs(id)).as("our own doing").isEmpty();
    }

    @Test
    void deletingLeavesNothingAndGivesTheQuotaBack() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        hidden(() -> {
            service.delete(namespace, NAME, "*", "", ANA);
            return null;
        });
        for (var pass = 0; pass < 100 && fleets().standing(id).isPresent(); pass++) {
            reconciler.reconcile(id);
            turn();
        }
        reconciler.reconcile(id);
        assertThat(cluster.seen).doesNotContainKey(workload(1));
        assertThat(published.routes.values())
                .noneMatch(route -> route.namespace().equals(namespace));
        assertThat(held(id)).isEmpty();
        assertThat(endpoints.find(namespace, NAME)).isEmpty();
    }

    @Test
    void whatTheQuotaLacksIsWaitedForWithASentence() {
        var greedy = deployed(full(Name.of("greedy"), 1, Map.of(), "7"));
        settle(greedy);
        var id = deployed(command(4, Map.of()));
        settle(id);
        hidden(() -> service.deploy(namespace, sized(4, "1"), "*", false, ANA));
        reconciler.reconcile(id);
        var endpoint = endpoint(id);
        assertThat(endpoint.reason()).isEqualTo("WAITING_FOR_QUOTA");
        assertThat(endpoint.message()).contains("needs").contains("cpu").contains("free in " + namespace);
        assertThat(cluster.ready(workload(1))).isEqualTo(4);
    }

    @Test
    void killedAtAnyCallToTheClusterTheRolloutStillEndsWithinItsBounds() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        for (var call = 1; call <= 12; call++) {
            change(command(2, Map.of("call", new Scalar(call))));
            cluster.calls = 0;
            cluster.faultAt = call;
            cluster.faultAfter = call % 2 == 0;
            for (var pass = 0; pass < 300 && endpoint(id).rolling(); pass++) {
                try {
                    reconciler.reconcile(id);
                } catch (IllegalStateException killed) {
                    reconciler = restarted();
                }
                assertThat(cluster.stayingOfAll()).isLessThanOrEqualTo(3);
                assertThat(cluster.readyOfAll()).isGreaterThanOrEqualTo(2);
                turn();
            }
            cluster.faultAt = 0;
            assertThat(endpoint(id).phase()).as("killed at call %s", call).isEqualTo(EndpointPhase.SERVING);
            assertThat(cluster.ready(workload(call + 1))).isEqualTo(2);
        }
        assertThat(repairs(id)).as("our own doing").isEmpty();
    }

    @Test
    void aRollbackRestoresTheWholeSpecByteForByte() {
        var random = new Random(7);
        var id = deployed(random(random));
        for (var step = 0; step < 100; step++) {
            if (random.nextInt(3) == 0) {
                var to = 1 + random.nextInt(endpoint(id).nextRevision() - 1);
                var before = endpoint(id).nextRevision();
                var made = hidden(() -> service.rollBack(namespace, NAME, new RollBack(to, "back", null), ANA));
                if (made.revision() == null) {
                    assertThat(spec(id, endpoint(id).rollout().target())).isEqualTo(spec(id, to));
                } else {
                    assertThat(made.revision()).isEqualTo(before);
                    assertThat(spec(id, before)).isEqualTo(spec(id, to));
                    assertThat(revisionViews.diff(namespace, NAME, to, before)).isEmpty();
                }
            } else {
                hidden(() -> service.deploy(namespace, random(random), "*", true, ANA));
            }
        }
        assertThat(endpoint(id).nextRevision()).isGreaterThan(40);
    }

    @Test
    void ofManyChangesMadeFromTheSameReadingOneIsTaken() throws Exception {
        var id = deployed(command(1, Map.of()));
        settle(id);
        var read = "\"" + endpoint(id).generation() + "\"";
        var changes = java.util.stream.IntStream.range(0, 16)
                .mapToObj(i -> (Callable<Boolean>) () -> {
                    try {
                        hidden(() ->
                                service.deploy(namespace, command(1, Map.of("i", new Scalar(i))), read, true, ANA));
                        return true;
                    } catch (Refusal.Stale stale) {
                        return false;
                    }
                })
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var taken = 0;
            for (var change : threads.invokeAll(changes)) {
                taken += change.get() ? 1 : 0;
            }
            assertThat(taken).isEqualTo(1);
        }
        assertThat(endpoint(id).nextRevision()).isEqualTo(3);
    }

    private ServingReconciler restarted() {
        var settings =
                new ServingSettings("http://127.0.0.1:2", Duration.ofMillis(300), Duration.ofSeconds(3), Duration.ZERO);
        return new ServingReconciler(cluster, fleets(), published, workloads, queue, settings);
    }

    private FleetService fleets() {
        return transactional(new FleetService(rows, activations, quota, scalings, clock));
    }

    @SuppressWarnings("unchecked")
    private <T> T transactional(T target) {
        var proxy = new ProxyFactory(target);
        proxy.setProxyTargetClass(true);
        proxy.addAdvice(new TransactionInterceptor(
                (TransactionManager) transactions, new AnnotationTransactionAttributeSource(false)));
        return (T) proxy.getProxy(getClass().getClassLoader());
    }

    /** Does it so that the application's own loop never hears of it. */
    private <T> T hidden(java.util.function.Supplier<T> command) {
        return new TransactionTemplate(transactions).execute(status -> {
            var result = command.get();
            jdbc.sql("DELETE FROM work_item WHERE id IN (SELECT id FROM endpoint WHERE namespace = ?)")
                    .param(namespace.value())
                    .update();
            return result;
        });
    }

    @Test
    void aPolicyIsChangedWithoutARestart() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        var policy = AutoscalingPolicy.of(3, 6, 2.0, null, null);
        hidden(() -> service.scale(namespace, NAME, new ScaleEndpoint(policy, null, "busy"), "*", ANA));
        settle(id);
        assertThat(endpoint(id).rollout().stable()).isEqualTo(2);
        assertThat(cluster.ready(workload(1))).isEqualTo(3);
        assertThat(cluster.seen).doesNotContainKey(workload(2));
        assertThat(published.targets()).hasSize(3).allMatch(target -> target.revision() == 2);
        assertThat(endpoint(id).replicas()).allMatch(row -> row.revision() == 2);
        assertThat(held(id)).isEqualTo("0.3");
        assertThat(activations.at(namespace, NAME, now.plusSeconds(1)))
                .singleElement()
                .satisfies(served -> assertThat(served.revision()).isEqualTo(2));
    }

    @Test
    void whatIsKnownStaysWhileTheClusterDoesNotAnswer() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        cluster.away = true;
        var since = now;
        reconciler.reconcile(id);
        now = now.plusSeconds(60);
        reconciler.reconcile(id);
        var status = views.get(namespace, NAME).status();
        assertThat(status.unknownSince()).isBetween(since.minusMillis(1), since.plusMillis(1));
        assertThat(status.phase()).isEqualTo(EndpointPhase.SERVING);
        assertThat(status.readyReplicas()).isEqualTo(2);
        assertThat(published.targets()).hasSize(2);
        assertThat(views.diagnosis(namespace, NAME))
                .extracting(Diagnosis.Finding::code)
                .contains("CLUSTER_UNREACHABLE");
        cluster.away = false;
        reconciler.reconcile(id);
        assertThat(views.get(namespace, NAME).status().unknownSince()).isNull();
    }

    @Test
    void theClusterDecidesOnceTheRolloutIsComplete() {
        var id = deployed(scaled(1, 5, Map.of(), "100m"));
        reconciler.reconcile(id);
        assertThat(cluster.autoscaler(workload(1))).as("not while it starts").isNull();
        settle(id);
        reconciler.reconcile(id);
        assertThat(cluster.autoscaler(workload(1))).satisfies(told -> {
            assertThat(told.min()).isEqualTo(1);
            assertThat(told.max()).isEqualTo(5);
        });
        cluster.wants(workload(1), 4);
        reconciler.reconcile(id);
        assertThat(endpoint(id).autoscaledReplicas()).isEqualTo(4);
        assertThat(held(id)).isEqualTo("0.4");
        assertThat(scaling.byCluster(namespace, NAME)).hasValueSatisfying(seen -> {
            assertThat(seen.live()).isEqualTo(4);
            assertThat(Objects.requireNonNull(seen.seen()).sentence()).startsWith("cpu 83 %");
        });
        assertThat(scaling.scalable(id)).as("not the gateway's to decide").isEmpty();
        assertThat(decisions(id)).containsExactly("cpu 83 %, the target is 70 % → 1 to 4");
        assertThat(history.find(HistoryQuery.of(id, 50)))
                .filteredOn(entry -> entry.verb().equals("scaled"))
                .singleElement()
                .satisfies(entry -> {
                    assertThat(entry.from()).isEqualTo("1 replica");
                    assertThat(entry.to()).isEqualTo("4 replicas");
                });

        cluster.numberedBy = "kubectl";
        cluster.wants(workload(1), 2);
        reconciler.reconcile(id);
        reconciler.reconcile(id);
        assertThat(endpoint(id).autoscaledReplicas()).isEqualTo(2);
        assertThat(decisions(id)).as("not its decision").hasSize(1);
        assertThat(history.find(HistoryQuery.of(id, 50)))
                .filteredOn(entry -> entry.reason().startsWith("set with kubectl"))
                .singleElement()
                .satisfies(entry -> assertThat(entry.to()).isEqualTo("2 replicas"));
    }

    @Test
    void rolloutRollbackAndSwitchingItOffKeepWhatTheClusterDecided() {
        var id = deployed(scaled(1, 5, Map.of(), "100m"));
        settle(id);
        reconciler.reconcile(id);
        cluster.wants(workload(1), 4);
        // Nobody has looked since: the rollout begins from what is seen in its own first pass.
        change(scaled(1, 5, Map.of("alpha", new Scalar(0.5)), "100m"));
        for (var pass = 0; pass < 200 && (pass == 0 || endpoint(id).rolling()); pass++) {
            reconciler.reconcile(id);
            assertThat(cluster.autoscaler(workload(1)))
                    .as("ended before replicas are moved")
                    .isNull();
            turn();
        }
        settle(id);
        reconciler.reconcile(id);
        assertThat(cluster.ready(workload(2))).isEqualTo(4);
        assertThat(cluster.autoscaler(workload(2))).isNotNull();

        hidden(() -> service.rollBack(namespace, NAME, new RollBack(1, null, null), ANA));
        settle(id);
        reconciler.reconcile(id);
        assertThat(cluster.ready(workload(3))).isEqualTo(4);

        hidden(() -> service.scale(namespace, NAME, new ScaleEndpoint(null, null, "off"), "*", ANA));
        settle(id);
        assertThat(cluster.autoscaler(workload(3))).isNull();
        assertThat(cluster.ready(workload(3))).isEqualTo(4);
        assertThat(spec(id, 4).replicas()).isEqualTo(4);
    }

    @Test
    void theClusterGetsNoMoreThanTheQuotaHolds() {
        var id = deployed(scaled(1, 10, Map.of(), "3"));
        settle(id);
        reconciler.reconcile(id);
        assertThat(Objects.requireNonNull(cluster.autoscaler(workload(1))).max())
                .isEqualTo(2);
        cluster.wants(workload(1), 10);
        reconciler.reconcile(id);
        assertThat(held(id)).isEqualTo("6");
        assertThat(Objects.requireNonNull(
                                scaling.byCluster(namespace, NAME).orElseThrow().seen())
                        .max())
                .isEqualTo(2);
    }

    @Test
    void whatSomebodyDidToTheAutoscalerIsTakenBackAndAStopEndsIt() {
        var id = deployed(scaled(2, 5, Map.of(), "100m"));
        settle(id);
        reconciler.reconcile(id);
        var asked = Objects.requireNonNull(cluster.autoscaler(workload(1)));
        cluster.autoscale(workload(1), asked.within(1, 50));
        reconciler.reconcile(id);
        assertThat(cluster.autoscaler(workload(1))).isEqualTo(asked);
        hidden(() -> {
            service.stop(namespace, NAME, "enough", ANA);
            return true;
        });
        reconciler.reconcile(id);
        assertThat(cluster.autoscaler(workload(1))).isNull();
        assertThat(cluster.staying(workload(1))).isZero();
    }

    @Test
    void anAutoscalerThatTheClusterRefusesIsToldAndNotAskedForAgain() {
        cluster.refusesAutoscalers("the cluster does not take the autoscaler: metric name may not contain '/'");
        var id = deployed(scaled(1, 5, Map.of(), "100m"));
        settle(id);
        for (var pass = 0; pass < 5; pass++) {
            reconciler.reconcile(id);
        }
        assertThat(cluster.autoscaled).isEqualTo(1);
        assertThat(views.diagnosis(namespace, NAME)).anySatisfy(finding -> {
            assertThat(finding.code()).isEqualTo("AUTOSCALER_BLIND");
            assertThat(finding.sentence()).contains("may not contain '/'");
        });
        assertThat(Objects.requireNonNull(
                                scaling.byCluster(namespace, NAME).orElseThrow().seen())
                        .working())
                .isFalse();
    }

    @Test
    void anEndpointThatTheClusterDoesNotTakeIsNotAllWell() {
        var id = deployed(command(1, Map.of()));
        reconciler.reconcile(id);
        var taken = "the cluster does not take it: Deployment echo-r1 is there already and is not this platform's";
        cluster.seen.put(
                workload(1),
                new Observation(workload(1), Observation.Phase.FAILED, "POD_REFUSED", taken, List.of(), null, null));
        reconciler.reconcile(id);
        assertThat(views.diagnosis(namespace, NAME)).singleElement().satisfies(finding -> {
            assertThat(finding.severity()).isEqualTo(Diagnosis.Severity.ERROR);
            assertThat(finding.code()).isEqualTo("POD_REFUSED");
            assertThat(finding.sentence()).isEqualTo(taken);
            assertThat(finding.remedy()).contains("an admin of the cluster");
        });
    }

    private List<String> decisions(UUID id) {
        return jdbc.sql("SELECT sentence FROM scaling_decision WHERE endpoint_id = ? ORDER BY id")
                .param(id)
                .query((row, number) -> row.getString("sentence"))
                .list();
    }

    @Test
    void replicasGoOnOverAnyNumberOfRevisionsAndBack() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        change(command(3, Map.of()));
        reconciler.reconcile(id);
        assertThat(published.targets()).as("nobody was away for a moment").hasSize(2);
        settle(id);
        hidden(() -> service.rollBack(namespace, NAME, new RollBack(1, null, null), ANA));
        settle(id);
        assertThat(endpoint(id).rollout().stable()).isEqualTo(3);
        assertThat(cluster.ready(workload(1))).isEqualTo(2);
        assertThat(published.targets()).hasSize(2).allMatch(target -> target.revision() == 3);
        change(command(2, Map.of("alpha", new Scalar(0.5))));
        settle(id);
        assertThat(cluster.ready(workload(4))).isEqualTo(2);
        turnUntilGone(id, workload(1));
        assertThat(repairs(id)).as("our own doing").isEmpty();
    }

    @Test
    void aBadRevisionReturnsToReplicasThatWentOn() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        change(command(3, Map.of()));
        settle(id);
        cluster.neverReady(workload(3));
        change(command(3, Map.of("alpha", new Scalar(0.5))));
        comesBack(id);
        assertThat(endpoint(id).rollout().target()).isEqualTo(2);
        assertThat(cluster.ready(workload(1))).isEqualTo(3);
        turnUntilGone(id, workload(3));
    }

    @Test
    void aSizeThatIsNeverReachedReturnsToTheOneBefore() {
        var id = deployed(command(2, Map.of()));
        settle(id);
        change(command(79, Map.of()));
        for (var pass = 0; pass < 400 && endpoint(id).rollout().target() == 2; pass++) {
            reconciler.reconcile(id);
            now = now.plusSeconds(2);
            cluster.live();
            if (cluster.ready(workload(1)) > 20) {
                cluster.neverReady(workload(1));
            }
        }
        assertThat(endpoint(id).rollout().target()).isEqualTo(1);
        cluster.heal(workload(1));
        comesBack(id);
        assertThat(cluster.staying(workload(1))).isEqualTo(2);
        assertThat(published.targets()).hasSize(2).allMatch(target -> target.revision() == 1);
    }

    private UUID deployed(DeployEndpoint command) {
        hidden(() -> service.create(namespace, command, ANA));
        return endpoints
                .find(namespace, Optional.ofNullable(command.name()).orElse(NAME))
                .orElseThrow()
                .id();
    }

    private void change(DeployEndpoint command) {
        hidden(() -> service.deploy(namespace, command, "*", false, ANA));
    }

    private void settle(UUID id) {
        for (var pass = 0; pass < 200; pass++) {
            reconciler.reconcile(id);
            turn();
            if (!endpoint(id).rolling() && endpoint(id).phase() == EndpointPhase.SERVING) {
                return;
            }
        }
        throw new AssertionError(
                "does not settle: " + endpoint(id).phase() + " " + endpoint(id).message());
    }

    private void comesBack(UUID id) {
        for (var pass = 0; pass < 400 && endpoint(id).rolling(); pass++) {
            reconciler.reconcile(id);
            turn();
        }
        assertThat(endpoint(id).reason()).isEqualTo("ROLLED_BACK");
    }

    private void turnUntilGone(UUID id, WorkloadId workload) {
        for (var pass = 0; pass < 100 && cluster.seen.containsKey(workload); pass++) {
            reconciler.reconcile(id);
            turn();
        }
        assertThat(cluster.seen).doesNotContainKey(workload);
    }

    private void turn() {
        now = now.plusMillis(500);
        cluster.live();
    }

    private Endpoint endpoint(UUID id) {
        return endpoints.findById(id).orElseThrow();
    }

    private RevisionSpec spec(UUID id, int number) {
        return revisions.findByEndpointIdAndNumber(id, number).orElseThrow().spec();
    }

    private List<String> verbs(UUID id) {
        return history.find(HistoryQuery.of(id, 500)).stream()
                .map(HistoryEntry::verb)
                .toList();
    }

    private List<String> repairs(UUID id) {
        return history.find(HistoryQuery.of(id, 500)).stream()
                .filter(entry -> entry.verb().equals("repaired"))
                .map(HistoryEntry::reason)
                .toList();
    }

    private String held(UUID id) {
        return jdbc.sql("SELECT resources ->> 'cpu' FROM quota_hold WHERE holder = ?")
                .param(id)
                .query(String.class)
                .optional()
                .orElse("");
    }

    private WorkloadId workload(int revision) {
        return new WorkloadId(namespace, Workloads.KIND, NAME + "-r" + revision);
    }

    private DeployEndpoint command(int replicas, Map<String, Scalar> parameters) {
        return full(replicas, parameters, "100m");
    }

    private DeployEndpoint sized(int replicas, String cpu) {
        return full(replicas, Map.of(), cpu);
    }

    private DeployEndpoint full(int replicas, Map<String, Scalar> parameters, String cpu) {
        return full(NAME, replicas, parameters, cpu);
    }

    private DeployEndpoint full(Name name, int replicas, Map<String, Scalar> parameters, String cpu) {
        return new DeployEndpoint(
                name,
                new DeployEndpoint.Serves(null, null, null, null, new DeployEndpoint.Source(upload), null, null, null),
                parameters,
                Map.of(),
                List.of(),
                Resources.of(cpu, "64Mi", null),
                replicas,
                null,
                null,
                RolloutStrategy.of(Share.count(1), Share.count(0), Timespan.of("2m"), null),
                null,
                null,
                null,
                null,
                "because");
    }

    private DeployEndpoint scaled(int min, int max, Map<String, Scalar> parameters, String cpu) {
        var fixed = full(1, parameters, cpu);
        return new DeployEndpoint(
                fixed.name(),
                fixed.serves(),
                fixed.parameters(),
                fixed.environment(),
                fixed.requirements(),
                fixed.resources(),
                null,
                new AutoscalingPolicy(
                        min, max, null, null, List.of(ScalingMetric.utilization("cpu", 70)), null, Timespan.of("60s")),
                fixed.readiness(),
                fixed.rollout(),
                fixed.pod(),
                fixed.access(),
                fixed.description(),
                fixed.labels(),
                fixed.reason());
    }

    private DeployEndpoint random(Random random) {
        var autoscaled = random.nextBoolean();
        var command = command(1, Map.of());
        return new DeployEndpoint(
                NAME,
                command.serves(),
                Map.of(
                        "alpha", new Scalar(random.nextDouble()),
                        "whole", new Scalar(1.0 * random.nextInt(3)),
                        "big", new Scalar(1e17 * random.nextInt(3)),
                        "text", new Scalar("é\"\\" + random.nextInt(3)),
                        "count", new Scalar(random.nextLong())),
                Map.of("MARK", "m" + random.nextInt(1000)),
                random.nextBoolean() ? List.of("numpy==" + random.nextInt(3)) : null,
                Resources.of((1 + random.nextInt(5)) * 100 + "m", (1 + random.nextInt(4)) * 32 + "Mi", null),
                autoscaled ? null : random.nextInt(4),
                autoscaled
                        ? AutoscalingPolicy.of(
                                1 + random.nextInt(3), 4 + random.nextInt(3), 0.5 + random.nextInt(4), null, null)
                        : null,
                Probe.of("/p" + random.nextInt(3), null, null, 1 + random.nextInt(5)),
                RolloutStrategy.of(
                        Share.percent(1 + random.nextInt(100)),
                        Share.count(random.nextInt(3)),
                        Timespan.of("5m"),
                        null),
                null,
                null,
                null,
                null,
                "step");
    }

    private static final class Published implements Traffic {
        private final Map<UUID, Route> routes = new HashMap<>();

        private List<Route.Target> targets() {
            return routes.values().stream()
                    .flatMap(route -> route.targets().stream())
                    .toList();
        }

        @Override
        public void put(UUID endpoint, Route route) {
            routes.put(endpoint, route);
        }

        @Override
        public void remove(UUID endpoint) {
            routes.remove(endpoint);
        }

        @Override
        public Optional<Counters> counters(Name namespace, Name endpoint) {
            return Optional.empty();
        }

        @Override
        public List<Step> recent(Name namespace, Name endpoint) {
            return List.of();
        }
    }
}
