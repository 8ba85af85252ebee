package dev.tidewright.tracking;

import static java.util.Objects.requireNonNull;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.kernel.Text;
import dev.tidewright.query.Expression;
import dev.tidewright.query.Field;
import dev.tidewright.query.ListQuery;
import dev.tidewright.query.Order;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Parameters, series and points: many rows at once, by arrays. */
@Repository
class MetricRows {

    private static final Comparator<MetricPoint> BY_AGE = Comparator.comparingLong(MetricPoint::step)
            .thenComparing(MetricPoint::at)
            .thenComparingDouble(MetricPoint::value);

    private final JdbcTemplate jdbc;

    MetricRows(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    void addParams(UUID run, Map<String, String> params) {
        // In the order of their keys, so that two calls for one run never wait for each other crosswise.
        var sorted = new TreeMap<>(params);
        var keys = sorted.keySet().toArray(String[]::new);
        var values = sorted.values().toArray(String[]::new);
        jdbc.update("""
                INSERT INTO run_param (run_id, key, value)
                SELECT ?, p.key, p.value FROM unnest(CAST(? AS text[]), CAST(? AS text[])) AS p (key, value)
                ON CONFLICT DO NOTHING
                """, run, keys, values);
        var changed = jdbc.query(
                """
                SELECT k.key, k.value, p.value AS asked
                FROM unnest(CAST(? AS text[]), CAST(? AS text[])) AS p (key, value)
                    JOIN run_param k ON k.run_id = ? AND k.key = p.key
                WHERE k.value <> p.value ORDER BY k.key LIMIT 1
                """,
                (row, number) -> "parameter \"" + Text.shortened(row.getString("key"), 60) + "\" of this run is \""
                        + Text.shortened(row.getString("value"), 80) + "\" and cannot become \""
                        + Text.shortened(row.getString("asked"), 80) + "\": start another run",
                keys,
                values,
                run);
        if (!changed.isEmpty()) {
            throw new Refusal.Invalid("parameter-changed", "parameters", changed.getFirst());
        }
    }

    Map<String, String> params(UUID run) {
        var params = new TreeMap<String, String>();
        jdbc.query(
                "SELECT key, value FROM run_param WHERE run_id = ?",
                row -> {
                    params.put(row.getString("key"), row.getString("value"));
                },
                run);
        return params;
    }

    void addPoints(UUID run, List<MetricPoint> points) {
        var series = lockedSeries(run, points);
        var count = points.size();
        var ids = new Long[count];
        var steps = new Long[count];
        var instants = new String[count];
        var values = new Double[count];
        for (var n = 0; n < count; n++) {
            var point = points.get(n);
            ids[n] = requireNonNull(series.get(point.key()));
            steps[n] = point.step();
            instants[n] = point.at().toString();
            values[n] = point.value();
        }
        jdbc.update("""
                WITH added AS (
                    INSERT INTO metric_point (series_id, step, at, value)
                    SELECT * FROM unnest(CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS timestamptz[]),
                        CAST(? AS double precision[]))
                    ON CONFLICT DO NOTHING RETURNING series_id)
                UPDATE metric_series s SET points = s.points + a.points
                FROM (SELECT series_id, count(*) AS points FROM added GROUP BY series_id) a WHERE s.id = a.series_id
                """, ids, steps, instants, values);
        moveLatest(series, points);
    }

    /** The numbers of these keys' series, made where they are missing, and locked in the order of their keys. */
    private Map<String, Long> lockedSeries(UUID run, List<MetricPoint> points) {
        var keys = new TreeSet<String>();
        points.forEach(point -> keys.add(point.key()));
        var array = keys.toArray(String[]::new);
        jdbc.update("""
                INSERT INTO metric_series (run_id, key) SELECT ?, k FROM unnest(CAST(? AS text[])) AS k
                ON CONFLICT DO NOTHING
                """, run, array);
        var ids = new HashMap<String, Long>();
        jdbc.query(
                "SELECT id, key FROM metric_series WHERE run_id = ? AND key = ANY (?) ORDER BY id FOR NO KEY UPDATE",
                row -> {
                    ids.put(row.getString("key"), row.getLong("id"));
                },
                run,
                array);
        return ids;
    }

    private void moveLatest(Map<String, Long> series, List<MetricPoint> points) {
        var newest = new HashMap<String, MetricPoint>();
        points.forEach(point ->
                newest.merge(point.key(), point, (one, other) -> BY_AGE.compare(one, other) >= 0 ? one : other));
        var ordered = newest.values().toArray(MetricPoint[]::new);
        jdbc.update(
                """
                UPDATE metric_series s SET step = n.step, at = n.at, value = n.value
                FROM unnest(CAST(? AS bigint[]), CAST(? AS bigint[]), CAST(? AS timestamptz[]),
                    CAST(? AS double precision[])) AS n (id, step, at, value)
                WHERE s.id = n.id AND (s.step IS NULL OR (n.step, n.at, n.value) > (s.step, s.at, s.value))
                """,
                Arrays.stream(ordered)
                        .map(point -> requireNonNull(series.get(point.key())))
                        .toArray(Long[]::new),
                Arrays.stream(ordered).map(MetricPoint::step).toArray(Long[]::new),
                Arrays.stream(ordered).map(point -> point.at().toString()).toArray(String[]::new),
                Arrays.stream(ordered).map(MetricPoint::value).toArray(Double[]::new));
    }

    Map<UUID, List<Latest>> latest(Collection<UUID> runs) {
        var latest = new HashMap<UUID, List<Latest>>();
        jdbc.query(
                """
                SELECT run_id, key, value, step, at, points FROM metric_series
                WHERE run_id = ANY (CAST(? AS uuid[])) AND step IS NOT NULL ORDER BY run_id, key
                """,
                row -> {
                    latest.computeIfAbsent(row.getObject("run_id", UUID.class), run -> new ArrayList<>())
                            .add(new Latest(
                                    row.getString("key"),
                                    row.getDouble("value"),
                                    row.getLong("step"),
                                    instant(row),
                                    row.getLong("points")));
                },
                (Object) runs.stream().map(UUID::toString).toArray(String[]::new));
        return latest;
    }

    /** One curve; points stream by, so that a long one costs time, but no memory. To be called in a transaction. */
    Series series(UUID run, String key, int maxPoints) {
        var known = jdbc.query(
                "SELECT id, points FROM metric_series WHERE run_id = ? AND key = ?",
                (row, number) -> new long[] {row.getLong("id"), row.getLong("points")},
                run,
                key);
        if (known.isEmpty()) {
            throw new Refusal.NotFound("metric", key);
        }
        var total = known.getFirst()[1];
        var thinning = new Thinning(total, maxPoints);
        jdbc.query(
                connection -> {
                    PreparedStatement statement = connection.prepareStatement(
                            "SELECT step, at, value FROM metric_point WHERE series_id = ? ORDER BY step, at, value");
                    statement.setLong(1, known.getFirst()[0]);
                    statement.setFetchSize(5000);
                    return statement;
                },
                row -> {
                    thinning.add(new Series.Point(row.getLong("step"), instant(row), row.getDouble("value")));
                });
        return new Series(key, total, thinning.points());
    }

    Slice<Series.Point> points(UUID run, String key, @Nullable String cursor, int limit) {
        var query = new ListQuery((field, _) -> switch (field.key()) {
            case "step" -> Expression.always("p.step", Expression.Type.WHOLE);
            case "at" -> Expression.always("p.at", Expression.Type.INSTANT);
            default -> Expression.always("p.value", Expression.Type.NUMBER);
        });
        query.and("s.run_id = " + query.bind(run))
                .and("s.key = " + query.bind(key))
                .sortedBy(List.of(), by("step"), by("at"), by("value"));
        return query.page(
                JdbcClient.create(jdbc),
                "p.*",
                "metric_series s JOIN metric_point p ON p.series_id = s.id",
                cursor,
                limit,
                (row, number) -> new Series.Point(row.getLong("step"), instant(row), row.getDouble("value")));
    }

    private static Order by(String key) {
        return new Order(new Field(Field.Kind.ATTRIBUTE, key), false);
    }

    private static Instant instant(ResultSet row) throws SQLException {
        return row.getTimestamp("at").toInstant();
    }
}
