package dev.tidewright.tracking;

import java.time.Instant;
import java.util.List;

/**
 * The history of one metric, by step.
 *
 * @param total how many points there are; more than {@code points.size()} when they were thinned out
 */
public record Series(String key, long total, List<Point> points) {

    public Series {
        points = List.copyOf(points);
    }

    /** One value. */
    public record Point(long step, Instant at, double value) {}
}
