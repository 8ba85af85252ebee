package dev.tidewright.serving;

import dev.tidewright.kernel.Name;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What serving needs of the data plane. Implemented by {@code gateway}. */
public interface Traffic {

    /** When this returns, no gateway that lives sends a new request for this endpoint to a target that is not in it. */
    void put(UUID endpoint, Route route);

    /** The endpoint is gone; repeating it is harmless. */
    void remove(UUID endpoint);

    /** Totals of all gateways since their start; empty for an endpoint that none has served. */
    Optional<Counters> counters(Name namespace, Name endpoint);

    /** The last hour in steps of {@link #STEP}, the oldest first; only whole steps, none before a gateway's start. */
    List<Step> recent(Name namespace, Name endpoint);

    /** How finely {@link #recent} tells. */
    Duration STEP = Duration.ofSeconds(30);

    /**
     * What ended within one step.
     *
     * @param at its beginning
     */
    record Step(Instant at, int requests, int failures) {}

    /**
     * Totals of one endpoint, growing only.
     *
     * @param requests requests answered or failed so far
     * @param failures of those, answers with a 5xx status and requests that broke off
     * @param inFlight requests under way now, waiting ones included
     * @param busySeconds sum of the time that all requests together took; its growth per second is the mean concurrency
     * @param byRevision the same by revision
     */
    record Counters(long requests, long failures, int inFlight, double busySeconds, List<RevisionCounters> byRevision) {
        public Counters {
            byRevision = List.copyOf(byRevision);
        }
    }

    /**
     * Totals of one revision.
     *
     * @param p50Seconds median latency over about the last minute, as are the other two; 0 without requests
     */
    record RevisionCounters(
            int revision, long requests, long failures, double p50Seconds, double p95Seconds, double p99Seconds) {}
}
