package dev.tidewright.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.ReplicaStatus.Phase;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class SightingTest {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @Test
    void onlyReadyReplicasTakeRequests() {
        var sighting = of(
                replica("a", Phase.READY, ""),
                replica("b", Phase.UNREADY, "READINESS_FAILED"),
                replica("c", Phase.STARTING, ""),
                replica("d", Phase.DRAINING, ""));
        assertThat(sighting.targets()).extracting(Route.Target::host).containsExactly("a");
        assertThat(sighting.lastResort()).isEmpty();
    }

    @Test
    void replicasOfANodeThatIsSilentAreTheLastResort() {
        var sighting = of(replica("a", Phase.UNREADY, "LOST"), replica("b", Phase.UNREADY, "READINESS_FAILED"));
        assertThat(sighting.targets()).isEmpty();
        assertThat(sighting.lastResort()).extracting(Route.Target::host).containsExactly("a");
    }

    @Test
    void aLossIsToldOfWhatWasThereAndOnce() {
        var there = of(replica("a", Phase.READY, ""));
        var lost = new Sighting(1, 1, Observation.absent(there.seen().id()).missing("it is missing"));
        var left = new Sighting(1, 1, there.seen().missing("it is missing"));
        assertThat(lost.loss(List.of())).as("never made").isEmpty();
        assertThat(lost.loss(there.rows())).contains("it is missing");
        assertThat(left.loss(there.rows())).contains("it is missing");
        assertThat(left.loss(left.rows())).as("told").isEmpty();
        assertThat(lost.loss(left.rows())).as("told").isEmpty();
        assertThat(there.loss(there.rows())).as("nothing missing").isEmpty();
        var other = new WorkloadId(new Name("demo"), "revision", "echo-r2");
        assertThat(new Sighting(2, 2, Observation.absent(other).missing("it is missing")).loss(there.rows()))
                .as("another's replicas")
                .isEmpty();
    }

    private static Sighting of(ReplicaStatus... replicas) {
        var id = new WorkloadId(new Name("demo"), "revision", "echo-r1");
        return new Sighting(
                1, 1, new Observation(id, Observation.Phase.RUNNING, "", "", List.of(replicas), NOON, null));
    }

    private static ReplicaStatus replica(String host, Phase phase, String reason) {
        return new ReplicaStatus(host, phase, host, 8080, 0, reason, "", NOON);
    }
}
