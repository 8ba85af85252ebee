package dev.tidewright.gateway;

import dev.tidewright.serving.Traffic.Counters;
import dev.tidewright.serving.Traffic.RevisionCounters;
import dev.tidewright.serving.Traffic.Step;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;

/** Several gateways seen as one. */
final class Sums {

    private Sums() {}

    static Counters add(Counters one, Counters other) {
        var revisions = new TreeMap<Integer, RevisionCounters>();
        one.byRevision().forEach(counted -> revisions.put(counted.revision(), counted));
        other.byRevision().forEach(counted -> revisions.merge(counted.revision(), counted, Sums::add));
        return new Counters(
                one.requests() + other.requests(),
                one.failures() + other.failures(),
                one.inFlight() + other.inFlight(),
                one.busySeconds() + other.busySeconds(),
                List.copyOf(revisions.values()));
    }

    /** Of latencies the worse: the distributions themselves are not told. */
    private static RevisionCounters add(RevisionCounters one, RevisionCounters other) {
        return new RevisionCounters(
                one.revision(),
                one.requests() + other.requests(),
                one.failures() + other.failures(),
                Math.max(one.p50Seconds(), other.p50Seconds()),
                Math.max(one.p95Seconds(), other.p95Seconds()),
                Math.max(one.p99Seconds(), other.p99Seconds()));
    }

    /** Steps of all gateways begin at the same moments. */
    static List<Step> add(List<List<Step>> all) {
        var steps = new TreeMap<Instant, Step>();
        all.stream()
                .flatMap(List::stream)
                .forEach(step -> steps.merge(
                        step.at(),
                        step,
                        (one, other) -> new Step(
                                one.at(), one.requests() + other.requests(), one.failures() + other.failures())));
        return List.copyOf(steps.values());
    }
}
