package dev.tidewright.gateway;

import dev.tidewright.serving.Traffic.Counters;
import dev.tidewright.serving.Traffic.RevisionCounters;
import dev.tidewright.serving.Traffic.Step;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What one endpoint was asked. One short lock per begin and end: a few event loops meet here, and the figures fit each
 * other at every instant.
 */
final class EndpointMeter {

    /** Revision of a request that reached no replica. */
    static final int NO_REVISION = 0;

    private static final int REVISIONS_KEPT = 16;

    private final MeterRegistry registry;
    private final String key;
    private final long origin = System.nanoTime();
    private final TrafficRing ring;
    private final Map<Integer, RevisionMeter> revisions = new LinkedHashMap<>(16, 0.75f, true);
    private long requests;
    private long failures;
    private int inFlight;
    private long finishedNanos;
    private long startedSum;

    EndpointMeter(MeterRegistry registry, String key, Instant now) {
        this.registry = registry;
        this.key = key;
        this.ring = new TrafficRing(now);
    }

    /** How a request ended. */
    enum End {
        ANSWERED,
        /** The replica's side broke off or never came about. */
        BROKEN,
        /** The caller went away: nobody's failure. */
        ABANDONED
    }

    /** Returns the instant that {@link #end} wants back. */
    synchronized long begin() {
        var now = System.nanoTime();
        inFlight++;
        startedSum += now - origin;
        return now;
    }

    void end(long startedAt, int revision, int status, End how) {
        var now = System.nanoTime();
        var failed = how == End.BROKEN || (how == End.ANSWERED && status >= 500);
        RevisionMeter meter;
        synchronized (this) {
            inFlight--;
            startedSum -= startedAt - origin;
            finishedNanos += now - startedAt;
            requests++;
            failures += failed ? 1 : 0;
            ring.count(now - origin, failed);
            meter = revision(revision, now);
            meter.count(now - startedAt, now, failed);
        }
        meter.publish(how == End.ABANDONED ? 0 : status, now - startedAt);
    }

    private RevisionMeter revision(int revision, long now) {
        var known = revisions.get(revision);
        if (known != null) {
            return known;
        }
        var made = new RevisionMeter(registry, key, revision, now);
        revisions.put(revision, made);
        if (revisions.size() > REVISIONS_KEPT) {
            var eldest = revisions.entrySet().iterator();
            eldest.next().getValue().remove();
            eldest.remove();
        }
        return made;
    }

    synchronized List<Step> recent() {
        return ring.recent(System.nanoTime() - origin);
    }

    synchronized Counters counters() {
        var now = System.nanoTime();
        var busy = finishedNanos + inFlight * (now - origin) - startedSum;
        return new Counters(
                requests,
                failures,
                inFlight,
                busy / (double) TimeUnit.SECONDS.toNanos(1),
                revisions.values().stream()
                        .filter(meter -> meter.revision() != NO_REVISION)
                        .map(meter -> meter.counters(now))
                        .sorted(Comparator.comparingInt(RevisionCounters::revision))
                        .toList());
    }
}
