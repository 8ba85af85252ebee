package dev.tidewright.tracking;

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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Parameters, series and points, read back; and parameters written, many at once. */
@Repository
class MetricRows {

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
