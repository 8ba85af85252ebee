package dev.tidewright.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resources;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ClustersTest {

    private static final Name EAST = new Name("east");
    private static final Name WEST = new Name("west");
    private static final WorkloadId IN_EAST = new WorkloadId(new Name("in-east"), "job", "one");
    private static final WorkloadId IN_WEST = new WorkloadId(new Name("in-west"), "job", "one");
    private static final WorkloadId IN_NONE = new WorkloadId(new Name("in-north"), "job", "one");
    private static final Resources SMALL = Resources.of("1", "1Gi", null);

    private final Slow east = new Slow("4");
    private final Slow west = new Slow("64");
    private final Clusters clusters =
            new Clusters(List.of(new NamedClusters(Map.of(EAST, east)), new NamedClusters(Map.of(WEST, west))), one -> {
                return new Name(one.value().replace("in-", ""));
            });

    /** Has one node, and hangs while it is told to. */
    private static final class Slow extends FakeCluster {

        private final String cores;
        private final AtomicInteger asked = new AtomicInteger();
        private volatile CountDownLatch hanging = new CountDownLatch(0);

        Slow(String cores) {
            super(InstantSource.system());
            this.cores = cores;
        }

        @Override
        public Capacity capacity(Name namespace) {
            asked.incrementAndGet();
            try {
                hanging.await();
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            }
            var all = Resources.of(cores, "8Gi", null);
            return new Capacity(List.of(new Capacity.Node("node", all, all)));
        }
    }

    @AfterEach
    void letGo() {
        west.hanging.countDown();
    }

    private static Workload.Batch batch(WorkloadId id) {
        return new Workload.Batch(
                id,
                new Program(new Program.Command(List.of("true")), Map.of(), Map.of()),
                SMALL,
                Duration.ofSeconds(5),
                null);
    }

    @Test
    void aNameThatOthersHaveIsToldByTheClusterThatIsAskedAndByNoneThatIsAway() {
        var name = new Name("theirs");
        east.foreign.add(name);
        assertThat(clusters.taken(EAST, name)).contains("there is a theirs already");
        assertThat(clusters.taken(WEST, name)).isEmpty();
        assertThat(clusters.taken(new Name("north"), name)).isEmpty();
        east.away = true;
        assertThat(clusters.taken(EAST, name)).isEmpty();
    }

    @Test
    void aWorkloadRunsInTheClusterOfItsNamespaceOnly() {
        clusters.apply(batch(IN_EAST));
        clusters.apply(batch(IN_WEST));
        assertThat(east.starts).containsExactly(IN_EAST);
        assertThat(west.starts).containsExactly(IN_WEST);
        assertThat(clusters.observe(IN_WEST).phase()).isEqualTo(Observation.Phase.RUNNING);
        clusters.delete(IN_WEST);
        clusters.retire(IN_EAST.namespace());
        assertThat(west.applied).isEmpty();
        assertThat(east.seen).isEmpty();
    }

    @Test
    void theLargestNodeIsThatOfTheNamespacesCluster() {
        var needed = Resources.of("128", "1Gi", null);
        assertThat(clusters.capacity(IN_EAST.namespace()).lacks(needed)).contains("the largest node has 4");
        assertThat(clusters.capacity(IN_WEST.namespace()).lacks(needed)).contains("the largest node has 64");
    }

    @Test
    void hintsOfAllOfThemReachEveryListener() {
        var heard = new ArrayList<WorkloadId>();
        clusters.onChange(heard::add);
        east.now(IN_EAST, Observation.Phase.RUNNING, null);
        west.now(IN_WEST, Observation.Phase.RUNNING, null);
        assertThat(heard).containsExactly(IN_EAST, IN_WEST);
    }

    @Test
    void oneThatIsAwaySaysWhichAndLeavesTheOtherAlone() {
        west.away = true;
        assertThatThrownBy(() -> clusters.observe(IN_WEST))
                .isInstanceOf(ClusterUnavailable.class)
                .hasMessage("cluster west: the fake cluster is away");
        assertThat(clusters.observe(IN_EAST).phase()).isEqualTo(Observation.Phase.ABSENT);
        assertThat(clusters.states())
                .extracting(Clusters.State::name, one -> one.silence() == null)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(EAST, true),
                        org.assertj.core.groups.Tuple.tuple(WEST, false));
    }

    @Test
    void oneThatIsNotConfiguredIsAwayAndRefusesNothing() {
        assertThatThrownBy(() -> clusters.observe(IN_NONE))
                .isInstanceOf(ClusterUnavailable.class)
                .hasMessage("the cluster north is not configured");
        assertThatThrownBy(() -> clusters.logs(IN_NONE, ReplicaStatus.BATCH, 0, 1))
                .isInstanceOf(ClusterUnavailable.class);
        assertThat(clusters.capabilities(IN_NONE.namespace())).isEqualTo(new Capabilities(true, true, true));
        assertThat(clusters.state(new Name("north")).silence())
                .isEqualTo(new Silence(null, "the cluster north is not configured"));
    }

    @Test
    void oneThatHangsTakesItsOwnPlacesOnly() {
        west.hanging = new CountDownLatch(1);
        for (var call = 0; call < 3 * Turnstile.PLACES; call++) {
            Thread.ofVirtual().start(this::askWest);
        }
        Eventually.eventually("its places are taken", () -> west.asked.get() == Turnstile.PLACES);
        assertThatThrownBy(() -> clusters.capacity(IN_WEST.namespace()))
                .isInstanceOf(ClusterUnavailable.class)
                .hasMessageContaining("cluster west: " + Turnstile.PLACES + " calls");
        for (var call = 0; call < 100; call++) {
            clusters.capacity(IN_EAST.namespace());
        }
        assertThat(west.asked).hasValue(Turnstile.PLACES);
        west.hanging.countDown();
        Eventually.eventually(
                "they are free again",
                () -> clusters.capacity(IN_WEST.namespace()).nodes().size() == 1);
    }

    private void askWest() {
        try {
            clusters.capacity(IN_WEST.namespace());
        } catch (ClusterUnavailable noPlace) {
            // As expected of those that came late.
        }
    }

    @Test
    void onlyConfiguredNamesMayBeChosen() {
        var names = ClusterNames.of(List.of(WEST, NamedClusters.STANDARD, EAST));
        assertThat(names.all()).containsExactly(NamedClusters.STANDARD, EAST, WEST);
        assertThatThrownBy(() -> names.require(new Name("north")))
                .isInstanceOf(Refusal.Invalid.class)
                .hasMessageContaining("default, east, west");
    }
}
