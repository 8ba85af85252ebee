package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class StopsTest {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void whatRunsIsToldOnceAndAwaited() {
        assertThat(way(running(), NOON)).isEqualTo(Stops.Way.TOLD);
        assertThat(way(told(), NOON.plusSeconds(69))).isEqualTo(Stops.Way.AWAITED);
    }

    @Test
    void whatItsNodeDoesNotEndIsDeleted() {
        assertThat(way(told(), NOON.plusSeconds(71))).isEqualTo(Stops.Way.DELETED);
    }

    @Test
    void whatIsOnASilentNodeIsDeleted() {
        var silent = new NodeBuilder()
                .withNewMetadata()
                .withName("node-1")
                .endMetadata()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("Unknown")
                .endCondition()
                .endStatus()
                .build();
        assertThat(Stops.way(running().build(), List.of(silent), NOON)).isEqualTo(Stops.Way.DELETED);
    }

    @Test
    void whatBringsOutputsHomeIsDeletedSinceOnlySoItsGraceIsShorter() {
        var pod = running()
                .editMetadata()
                .addToAnnotations("tidewright.dev/stop-grace-seconds", "5")
                .endMetadata();
        assertThat(way(pod, NOON)).isEqualTo(Stops.Way.DELETED);
    }

    @Test
    void whatHasNotBegunOrIsGoingAnywayIsDeleted() {
        assertThat(way(running().editStatus().withContainerStatuses(List.of()).endStatus(), NOON))
                .isEqualTo(Stops.Way.DELETED);
        assertThat(way(
                        running()
                                .editMetadata()
                                .withDeletionTimestamp(NOON.toString())
                                .endMetadata(),
                        NOON))
                .isEqualTo(Stops.Way.DELETED);
    }

    @Test
    void whatHasEndedStaysAndSaysThatItWasStopped() {
        var over = told().editStatus()
                .withPhase("Failed")
                .withReason("DeadlineExceeded")
                .editFirstContainerStatus()
                .withNewState()
                .withNewTerminated()
                .withExitCode(7)
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus();
        assertThat(way(over, NOON.plusSeconds(1000))).isEqualTo(Stops.Way.AWAITED);
        var exit =
                Objects.requireNonNull(Ends.of(over.build(), NOON).orElseThrow().exit());
        assertThat(exit.code()).isEqualTo(7);
        assertThat(exit.reason()).isEqualTo("STOPPED");
    }

    private static Stops.Way way(PodBuilder pod, Instant now) {
        return Stops.way(pod.build(), List.<Node>of(), now);
    }

    private static PodBuilder told() {
        return running()
                .editMetadata()
                .addToAnnotations("tidewright.dev/stop-asked-at", NOON.toString())
                .endMetadata();
    }

    private static PodBuilder running() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("train-a1-x")
                .endMetadata()
                .withNewSpec()
                .withNodeName("node-1")
                .withTerminationGracePeriodSeconds(10L)
                .endSpec()
                .withNewStatus()
                .withPhase("Running")
                .addNewContainerStatus()
                .withName(Manifests.CONTAINER)
                .withNewState()
                .withNewRunning()
                .endRunning()
                .endState()
                .endContainerStatus()
                .endStatus();
    }
}
