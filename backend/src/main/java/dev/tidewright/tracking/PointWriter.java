package dev.tidewright.tracking;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Repository;

/**
 * Adds points, many at once. What is there already is found before the points are written and not by {@code ON CONFLICT}: that
 * costs twice as much for each point, and nearly all of them are younger than what is there.
 */
@Repository
class PointWriter {

    private static final Comparator<MetricPoint> BY_AGE = Comparator.comparingLong(MetricPoint::step)
            .thenComparing(MetricPoint::at)
            .thenComparingDouble(point -> point.value() + 0.0);

    private final JdbcTemplate jdbc;

    PointWriter(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    /** Adds what is not there yet. The locks on the series keep others from adding the same at the same time. */
    void add(UUID run, List<MetricPoint> points) {
        var series = lockedSeries(run, points);
        var fresh = fresh(series, points);
        if (fresh.isEmpty()) {
            return;
        }
        jdbc.update(
                """
                INSERT INTO metric_point (series_id, step, at, value)
                SELECT * FROM unnest(CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS timestamptz[]),
                    CAST(? AS double precision[]))
                """,
                array(fresh, point -> known(series, point).id(), Long[]::new),
                array(fresh, MetricPoint::step, Long[]::new),
                array(fresh, point -> point.at().toString(), String[]::new),
                array(fresh, MetricPoint::value, Double[]::new));
        grow(series, fresh);
    }

    /** The points that are no repetition, neither of each other nor of what is there; most often all are younger than that. */
    private List<MetricPoint> fresh(Map<String, Known> series, List<MetricPoint> points) {
        var once = new LinkedHashMap<Place, MetricPoint>();
        points.forEach(point -> once.putIfAbsent(Place.of(known(series, point).id(), point), point));
        var perhapsThere = once.values().stream()
                .filter(point -> !known(series, point).isBefore(point))
                .toList();
        if (!perhapsThere.isEmpty()) {
            once.keySet().removeAll(there(series, perhapsThere));
        }
        return List.copyOf(once.values());
    }

    private Set<Place> there(Map<String, Known> series, List<MetricPoint> points) {
        return new HashSet<>(jdbc.query(
                """
                SELECT p.* FROM metric_point p
                    JOIN (SELECT * FROM unnest(CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS timestamptz[]),
                        CAST(? AS double precision[])) AS a (series_id, step, at, value)) asked
                    USING (series_id, step, at, value)
                """,
                (row, number) -> new Place(
                        row.getLong("series_id"), row.getLong("step"), instant(row), row.getDouble("value") + 0.0),
                array(points, point -> known(series, point).id(), Long[]::new),
                array(points, MetricPoint::step, Long[]::new),
                array(points, point -> point.at().toString(), String[]::new),
                array(points, MetricPoint::value, Double[]::new)));
    }

    /** The series of these keys, made where they are missing, and locked in the order of their keys. */
    private Map<String, Known> lockedSeries(UUID run, List<MetricPoint> points) {
        var keys = new TreeSet<String>();
        points.forEach(point -> keys.add(point.key()));
        var array = keys.toArray(String[]::new);
        jdbc.update("""
                INSERT INTO metric_series (run_id, key) SELECT ?, k FROM unnest(CAST(? AS text[])) AS k
                ON CONFLICT DO NOTHING
                """, run, array);
        var series = new HashMap<String, Known>();
        jdbc.query(
                """
                SELECT id, key, step, at, value FROM metric_series WHERE run_id = ? AND key = ANY (?)
                ORDER BY id FOR NO KEY UPDATE
                """,
                row -> {
                    var key = row.getString("key");
                    var empty = row.getTimestamp("at") == null;
                    series.put(
                            key,
                            new Known(
                                    row.getLong("id"),
                                    empty
                                            ? null
                                            : new MetricPoint(
                                                    key, row.getDouble("value"), row.getLong("step"), instant(row))));
                },
                run,
                array);
        return series;
    }

    /** Counts what was added, and keeps the youngest point beside. */
    private void grow(Map<String, Known> series, List<MetricPoint> added) {
        var counts = new HashMap<String, Long>();
        var youngest = new HashMap<String, MetricPoint>();
        for (var point : added) {
            counts.merge(point.key(), 1L, Long::sum);
            youngest.merge(point.key(), point, BinaryOperator.maxBy(BY_AGE));
        }
        youngest.replaceAll((key, point) -> known(series, point).youngest(point));
        var ordered = List.copyOf(youngest.values());
        jdbc.update(
                """
                UPDATE metric_series s SET points = s.points + n.points, step = n.step, at = n.at, value = n.value
                FROM unnest(CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS timestamptz[]),
                    CAST(? AS double precision[])) AS n (id, points, step, at, value)
                WHERE s.id = n.id
                """,
                array(ordered, point -> known(series, point).id(), Long[]::new),
                array(ordered, point -> requireNonNull(counts.get(point.key())), Long[]::new),
                array(ordered, MetricPoint::step, Long[]::new),
                array(ordered, point -> point.at().toString(), String[]::new),
                array(ordered, MetricPoint::value, Double[]::new));
    }

    private static Known known(Map<String, Known> series, MetricPoint point) {
        return requireNonNull(series.get(point.key()));
    }

    private static <T> T[] array(
            List<MetricPoint> points, Function<MetricPoint, ? extends T> value, IntFunction<T[]> made) {
        return points.stream().map(value).toArray(made);
    }

    /** A series that is locked, with its youngest point. */
    private record Known(long id, @Nullable MetricPoint latest) {

        boolean isBefore(MetricPoint point) {
            return latest == null || BY_AGE.compare(latest, point) < 0;
        }

        MetricPoint youngest(MetricPoint added) {
            return latest == null || isBefore(added) ? added : latest;
        }
    }

    /** What makes a point the same as another one in the database, which holds 0 and -0 for equal. */
    private record Place(long series, long step, Instant at, double value) {

        static Place of(long series, MetricPoint point) {
            return new Place(series, point.step(), point.at(), point.value() + 0.0);
        }
    }

    private static Instant instant(ResultSet row) throws SQLException {
        return row.getTimestamp("at").toInstant();
    }
}
