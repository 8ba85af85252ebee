package dev.tidewright.cluster;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One replica.
 *
 * @param name unique within its workload and never used again for another replica of it
 * @param host where it listens; null until it has a port
 * @param port where it listens; 0 until it has one
 * @param restarts how often it ended and was started again
 * @param reason as in {@link Observation}; empty when all is well
 * @param message one sentence; for a crash it carries the last line of the log
 * @param since when it came into this phase
 */
public record ReplicaStatus(
        String name,
        Phase phase,
        @Nullable String host,
        int port,
        int restarts,
        String reason,
        String message,
        Instant since) {

    /** The name of a batch's only replica. */
    public static final String BATCH = "0";

    /** Where a replica is. */
    public enum Phase {
        /** Wants to start, has no room. */
        PENDING,
        /** Runs, has not answered its readiness check yet. */
        STARTING,
        /** Takes requests. */
        READY,
        /** Was ready, does not answer any more. */
        UNREADY,
        /** Ended and waits for its next start. */
        CRASHED,
        /** To be taken away; takes no new requests. */
        DRAINING,
        /** A batch's replica that has ended. */
        ENDED
    }

    /** The same with something to tell of it. */
    public ReplicaStatus told(String code, String sentence) {
        return new ReplicaStatus(name, phase, host, port, restarts, code, sentence, since);
    }

    /** Nobody has heard of its machine for a while: it may well go on serving. */
    public boolean isUnheard() {
        return phase == Phase.UNREADY && reason.equals("LOST") && host != null;
    }
}
