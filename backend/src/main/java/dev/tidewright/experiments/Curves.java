package dev.tidewright.experiments;

import dev.tidewright.tracking.Latest;
import dev.tidewright.tracking.RunData;
import dev.tidewright.tracking.Series;
import dev.tidewright.tracking.Tracking;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Curves of metrics, of one run or of several over each other. */
@Component
class Curves {

    private static final int POINTS = 300;

    private final Tracking tracking;

    Curves(Tracking tracking) {
        this.tracking = tracking;
    }

    /**
     * One chart, as the table that it is drawn from.
     *
     * @param byStep whether {@code x} is the step, or the number of the point where all have the same step
     */
    record Chart(String key, boolean byStep, List<Line> rows) {}

    /** At one {@code x}, the value of each run; null where it has none. */
    record Line(double x, List<@Nullable Double> values) {}

    /** Curves of what at least one run has logged more than once, by key, at most so many. */
    List<Chart> of(List<RunData> runs, int most) {
        return runs.stream()
                .flatMap(run -> run.metrics().stream()
                        .filter(metric -> metric.points() > 1)
                        .map(Latest::key))
                .distinct()
                .sorted()
                .limit(most)
                .map(key -> chart(key, runs))
                .toList();
    }

    private Chart chart(String key, List<RunData> runs) {
        var series = runs.stream()
                .map(run ->
                        run.metrics().stream().anyMatch(metric -> metric.key().equals(key))
                                ? tracking.series(run.run().id(), key, POINTS).points()
                                : List.<Series.Point>of())
                .toList();
        var byStep = series.stream()
                .anyMatch(points ->
                        points.stream().map(Series.Point::step).distinct().count() > 1);
        var rows = new TreeMap<Double, List<@Nullable Double>>();
        for (var run = 0; run < series.size(); run++) {
            var points = series.get(run);
            for (var at = 0; at < points.size(); at++) {
                var x = byStep ? (double) points.get(at).step() : at;
                rows.computeIfAbsent(x, _ -> nothing(series.size()))
                        .set(run, points.get(at).value());
            }
        }
        return new Chart(
                key,
                byStep,
                rows.entrySet().stream()
                        .map(row -> new Line(row.getKey(), row.getValue()))
                        .toList());
    }

    private static List<@Nullable Double> nothing(int runs) {
        return new ArrayList<>(
                Stream.<@Nullable Double>generate(() -> null).limit(runs).toList());
    }
}
