package dev.tidewright.gateway;

import dev.tidewright.gateway.SharedCounts.Report;
import dev.tidewright.kernel.Name;
import dev.tidewright.serving.Traffic.Counters;
import dev.tidewright.serving.Traffic.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Remembers what was told of each endpoint, so that only what changed is written. Not for use by several threads. */
final class Reporter {

    private static final long BETWEEN = TimeUnit.MILLISECONDS.toNanos(900);

    private final Map<String, Told> told = new HashMap<>();
    private long last = System.nanoTime() - BETWEEN;

    private record Told(Counters counters, @Nullable Step newest) {}

    /** What to tell now: nothing more often than about once a second. */
    List<Report> due(Map<String, EndpointMeter> meters) {
        if (System.nanoTime() - last < BETWEEN) {
            return List.of();
        }
        last = System.nanoTime();
        var changed = new ArrayList<Report>();
        meters.forEach((key, meter) -> {
            var counters = meter.counters();
            var recent = meter.recent();
            var newest = recent.isEmpty() ? null : recent.getLast();
            var before = told.put(key, new Told(counters, newest));
            var steps = newest != null && (before == null || !newest.equals(before.newest()));
            if (before == null || steps || !counters.equals(before.counters())) {
                var slash = key.indexOf('/');
                changed.add(new Report(
                        Name.of(key.substring(0, slash)),
                        Name.of(key.substring(slash + 1)),
                        counters,
                        steps ? recent : null));
            }
        });
        return changed;
    }
}
