package dev.tidewright.cluster;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster knows of a workload at one moment.
 *
 * @param reason machine-readable, upper snake case; empty when there is nothing to explain. Why it waits: {@code
 *     NO_CAPACITY}, {@code UNSCHEDULABLE}, {@code NODE_MISMATCH}, {@code QUOTA} (the cluster's own), {@code POD_REFUSED},
 *     {@code IMAGE_SLOW}, {@code IMAGE_PULL}, {@code IMAGE_UNSUPPORTED}, {@code CONTAINER_CONFIG}; why it ended: those of
 *     {@link Exit}, or what the program named; of services also {@code CRASH_LOOP}, {@code READINESS_FAILED},
 *     {@code NOT_LISTED} and {@code REPAIR_REFUSED}
 * @param message one sentence with the numbers; empty when there is nothing to explain
 * @param replicas every replica that is there, draining ones included; a batch has one from its first moment
 * @param exit how a batch ended; null until then
 * @param autoscaler of a service whose number of replicas the cluster itself decides; null of any other
 * @param altered what others than the platform have changed or deleted of it, and what becomes of that, a sentence each; empty
 *     when nothing was
 * @param missing that what keeps its replicas there is not there itself, whether it ever was or not; empty where it is, and
 *     where a cluster has nothing of the kind
 */
public record Observation(
        WorkloadId id,
        Phase phase,
        String reason,
        String message,
        List<ReplicaStatus> replicas,
        @Nullable Instant startedAt,
        @Nullable Exit exit,
        @Nullable AutoscalerStatus autoscaler,
        List<String> altered,
        String missing) {

    public Observation {
        replicas = List.copyOf(replicas);
        altered = List.copyOf(altered);
    }

    /** Without an autoscaler of the cluster's own, and as it was asked for. */
    public Observation(
            WorkloadId id,
            Phase phase,
            String reason,
            String message,
            List<ReplicaStatus> replicas,
            @Nullable Instant startedAt,
            @Nullable Exit exit) {
        this(id, phase, reason, message, replicas, startedAt, exit, null, List.of(), "");
    }

    /** The same with what the cluster's autoscaler does. */
    public Observation with(@Nullable AutoscalerStatus status) {
        return new Observation(id, phase, reason, message, replicas, startedAt, exit, status, altered, missing);
    }

    /** The same with what others have changed of it. */
    public Observation altered(List<String> clauses) {
        return new Observation(id, phase, reason, message, replicas, startedAt, exit, autoscaler, clauses, missing);
    }

    /** The same, and each replica of which there is nothing else to say tells this. */
    public Observation told(String code, String sentence) {
        var telling = replicas.stream()
                .map(replica -> replica.reason().isEmpty() ? replica.told(code, sentence) : replica)
                .toList();
        return new Observation(id, phase, reason, message, telling, startedAt, exit, autoscaler, altered, missing);
    }

    /** The same, and what is to keep its replicas there is not there. */
    public Observation missing(String sentence) {
        return new Observation(id, phase, reason, message, replicas, startedAt, exit, autoscaler, altered, sentence);
    }

    /** Where a workload is. */
    public enum Phase {
        /** Nothing of it is here. */
        ABSENT,
        /** Accepted, but not started: {@code reason} says why. */
        PENDING,
        /** Started; a service stays here for its whole life, its replicas say more. */
        RUNNING,
        /** A batch that ended with exit code 0. */
        SUCCEEDED,
        /** A batch that ended otherwise, or a workload that can never start here. */
        FAILED
    }

    public static Observation absent(WorkloadId id) {
        return new Observation(id, Phase.ABSENT, "", "", List.of(), null, null);
    }

    public List<ReplicaStatus> ready() {
        return replicas.stream()
                .filter(replica -> replica.phase() == ReplicaStatus.Phase.READY)
                .toList();
    }
}
