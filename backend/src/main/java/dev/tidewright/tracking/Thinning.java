package dev.tidewright.tracking;

import dev.tidewright.tracking.Series.Point;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes a long curve short without flattening it: the first and the last point stay, and of each stretch between them the
 * lowest, the highest and the first that is no number. Takes points one by one and holds only what it keeps.
 */
final class Thinning {

    private static final Comparator<Point> BY_VALUE = Comparator.comparingDouble(Point::value);

    private final long total;
    private final int limit;
    private final long stretches;
    private final List<Point> kept = new ArrayList<>();
    private long seen;
    private long stretch = -1;
    private @Nullable Kept lowest;
    private @Nullable Kept highest;
    private @Nullable Kept nan;
    private @Nullable Kept last;

    /**
     * @param total about how many points will come
     * @param limit at most this many are kept; at least 5
     */
    Thinning(long total, int limit) {
        this.total = Math.max(1, total);
        this.limit = limit;
        this.stretches = Math.max(1, (limit - 2) / 3);
    }

    void add(Point point) {
        var index = seen++;
        if (total <= limit && seen <= limit) {
            kept.add(point);
            return;
        }
        var current = Math.min(stretches - 1, index * stretches / total);
        if (current != stretch) {
            flush();
            stretch = current;
        }
        var candidate = new Kept(index, point);
        if (index == 0) {
            kept.add(point);
        } else if (Double.isNaN(point.value())) {
            nan = nan == null ? candidate : nan;
        } else {
            lowest = lowest == null || BY_VALUE.compare(point, lowest.point()) < 0 ? candidate : lowest;
            highest = highest == null || BY_VALUE.compare(point, highest.point()) > 0 ? candidate : highest;
        }
        last = candidate;
    }

    /** What stays, in its order. */
    List<Point> points() {
        var end = last;
        if (end != null) {
            var endIsKept = Stream.of(lowest, highest, nan).anyMatch(end::equals) || end.index() == 0;
            flush();
            if (!endIsKept) {
                kept.add(end.point());
            }
            last = null;
        }
        return List.copyOf(kept);
    }

    private void flush() {
        Stream.of(lowest, highest, nan)
                .filter(candidate -> candidate != null)
                .distinct()
                .sorted(Comparator.comparingLong(Kept::index))
                .forEach(candidate -> kept.add(candidate.point()));
        lowest = null;
        highest = null;
        nan = null;
    }

    private record Kept(long index, Point point) {}
}
