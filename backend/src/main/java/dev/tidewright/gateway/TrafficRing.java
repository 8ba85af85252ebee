package dev.tidewright.gateway;

import dev.tidewright.serving.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * How many requests ended in each step of the last hour. A ring of two small arrays: it neither grows nor needs anybody
 * to sample it. Steps begin at whole multiples of their length, the same in every process. Not for use by several threads
 * at the same time.
 */
final class TrafficRing {

    private static final int STEPS = (int) Duration.ofHours(1).dividedBy(Traffic.STEP);

    private final Instant origin;
    private final long lead;
    private final int[] requests = new int[STEPS];
    private final int[] failures = new int[STEPS];
    private long newest;

    /** @param origin the moment from which the nanoseconds below are counted */
    TrafficRing(Instant origin) {
        this.lead = Math.floorMod(Duration.between(Instant.EPOCH, origin).toNanos(), Traffic.STEP.toNanos());
        this.origin = origin.minusNanos(lead);
    }

    void count(long nanos, boolean failed) {
        advance(nanos);
        var at = (int) (newest % STEPS);
        requests[at]++;
        failures[at] += failed ? 1 : 0;
    }

    /** The whole steps, the oldest first; the one under way would look like a fall. */
    List<Traffic.Step> recent(long nanos) {
        advance(nanos);
        var steps = new ArrayList<Traffic.Step>();
        for (var step = Math.max(lead == 0 ? 0 : 1, newest - STEPS + 1); step < newest; step++) {
            var at = (int) (step % STEPS);
            steps.add(new Traffic.Step(origin.plus(Traffic.STEP.multipliedBy(step)), requests[at], failures[at]));
        }
        return List.copyOf(steps);
    }

    private void advance(long nanos) {
        var due = (nanos + lead) / Traffic.STEP.toNanos();
        for (var step = Math.max(newest + 1, due - STEPS + 1); step <= due; step++) {
            requests[(int) (step % STEPS)] = 0;
            failures[(int) (step % STEPS)] = 0;
        }
        newest = Math.max(newest, due);
    }
}
