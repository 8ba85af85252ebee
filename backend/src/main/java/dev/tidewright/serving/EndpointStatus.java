package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the platform found of an endpoint.
 *
 * @param label the phase in words
 * @param reason machine-readable; empty when all is well
 * @param message one sentence
 * @param unknownSince set while the cluster does not answer: the rest is what was known then
 * @param unknownReason why it is unknown, in a sentence
 * @param url where callers reach it
 * @param serves what the wanted revision serves, in words
 * @param stoppedBy empty unless it is stopped
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EndpointStatus(
        EndpointPhase phase,
        String label,
        String reason,
        String message,
        Instant since,
        @Nullable Instant unknownSince,
        @Nullable String unknownReason,
        String url,
        String serves,
        String stoppedBy,
        int wantedReplicas,
        int readyReplicas,
        Replicas replicas,
        List<RevisionTraffic> traffic,
        int revision,
        RolloutStatus rollout) {

    /**
     * Counts of replicas, and each of them.
     *
     * @param wanted by the user or by autoscaling
     * @param autoscaled autoscaling writes the number
     */
    public record Replicas(
            int wanted, int ready, int starting, int draining, boolean autoscaled, List<ReplicaRow> each) {}

    /**
     * How requests are shared out.
     *
     * @param percent of the ready replicas belong to this revision
     * @param requests answered or failed since the gateway's start, as are {@code failures}
     */
    public record RevisionTraffic(
            int revision,
            int percent,
            long requests,
            long failures,
            double p50Seconds,
            double p95Seconds,
            double p99Seconds) {}

    /**
     * The way from the proven revision to the wanted one.
     *
     * @param state STARTING, ROLLING, RETURNING, SETTLED or FAILED
     * @param stableRevision the last one that had all its replicas ready; null before the first had
     * @param returned why the last rollout went back; empty when it did not
     * @param waitingFor what the quota lacks; empty when nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record RolloutStatus(
            String state,
            int targetRevision,
            @Nullable Integer stableRevision,
            Instant startedAt,
            Instant lastProgressAt,
            String returned,
            String waitingFor) {}
}
