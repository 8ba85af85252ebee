package dev.tidewright.cluster;

import dev.tidewright.kernel.Resources;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Something to run. */
public sealed interface Workload {

    WorkloadId id();

    Program program();

    /** What one replica may use; the adapter admits by it and ends a replica that takes more memory. */
    Resources resources();

    /** Time between the polite request to stop and the end by force. */
    Duration stopGrace();

    /**
     * Runs once to completion.
     *
     * @param deadline how long it may run; null for no limit
     */
    record Batch(
            WorkloadId id,
            Program program,
            Resources resources,
            Duration stopGrace,
            @Nullable Duration deadline) implements Workload {}

    /**
     * Replicas that listen on {@code $PORT} and are started again whenever they end.
     *
     * @param replicas how many to keep running. When it falls, the ones that are not ready go first, then the youngest;
     *     a replica that goes is shown as {@code DRAINING} at once and stopped only when {@link DrainGate} says that
     *     nothing is in flight to it, at the latest after {@code drainDeadline}. A draining one never comes back: when
     *     the number rises again, a new replica is started.
     * @param readiness how a replica shows that it can take requests
     * @param drainDeadline longest wait for requests in flight
     */
    record Service(
            WorkloadId id,
            Program program,
            Resources resources,
            Duration stopGrace,
            int replicas,
            Readiness readiness,
            Duration drainDeadline)
            implements Workload {}
}
