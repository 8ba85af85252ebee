package dev.tidewright.gateway;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.IntCountsHistogram;

/** Latencies of the last 40 to 60 seconds, in three parts that are thrown away in turn. Not thread-safe. */
final class LatencyWindow {

    private static final long PART = TimeUnit.SECONDS.toNanos(20);
    private static final long LONGEST = TimeUnit.HOURS.toMicros(1);

    private final IntCountsHistogram[] parts = new IntCountsHistogram[3];
    private long turn;

    LatencyWindow(long now) {
        Arrays.setAll(parts, i -> new IntCountsHistogram(1, LONGEST, 2));
        turn = Math.floorDiv(now, PART);
    }

    void record(long nanos, long now) {
        advance(now);
        parts[(int) Math.floorMod(turn, 3L)].recordValue(Math.clamp(TimeUnit.NANOSECONDS.toMicros(nanos), 1L, LONGEST));
    }

    /** Sum of what the window holds, in microseconds. */
    Histogram merged(long now) {
        advance(now);
        var sum = new Histogram(1, LONGEST, 2);
        Arrays.stream(parts).forEach(sum::add);
        return sum;
    }

    private void advance(long now) {
        var due = Math.floorDiv(now, PART);
        for (var passed = Math.min(3, due - turn); passed > 0; passed--) {
            parts[(int) Math.floorMod(due - passed + 1, 3L)].reset();
        }
        turn = Math.max(turn, due);
    }
}
