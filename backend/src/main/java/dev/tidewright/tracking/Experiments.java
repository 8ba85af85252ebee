package dev.tidewright.tracking;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.query.Condition;
import dev.tidewright.query.Expression;
import dev.tidewright.query.Field;
import dev.tidewright.query.ListQuery;
import dev.tidewright.query.Order;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The table of experiments. */
@Repository
class Experiments {

    private static final TypeReference<TreeMap<String, String>> TEXTS = new TypeReference<>() {};
    private static final Field NUMBER = new Field(Field.Kind.ATTRIBUTE, "number");
    private static final Field CREATED = new Field(Field.Kind.ATTRIBUTE, "creation_time");

    private final JdbcClient jdbc;
    private final JsonMapper json;

    Experiments(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    Optional<Experiment> find(Name namespace, long number) {
        return jdbc.sql("SELECT * FROM experiment WHERE namespace = ? AND number = ?")
                .params(namespace.value(), number)
                .query(this::experiment)
                .optional();
    }

    Optional<Experiment> find(Name namespace, String name) {
        return jdbc.sql("SELECT * FROM experiment WHERE namespace = ? AND name = ?")
                .params(namespace.value(), name)
                .query(this::experiment)
                .optional();
    }

    void addDefault(Name namespace, Instant now) {
        // Of two at the same moment the second may meet the first by its number or by its name.
        jdbc.sql("""
                INSERT INTO experiment (namespace, number, name, created_at, created_by, updated_at)
                VALUES (:namespace, 0, 'Default', :now, 'platform', :now) ON CONFLICT DO NOTHING
                """)
                .param("namespace", namespace.value())
                .param("now", Timestamp.from(now))
                .update();
    }

    /** Answers the new number; empty when the name is taken. */
    Optional<Long> add(Name namespace, String name, Map<String, String> tags, String by, Instant now) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 140))")
                .param(namespace.value())
                .query(row -> {});
        return jdbc.sql("""
                INSERT INTO experiment (namespace, number, name, tags, created_at, created_by, updated_at)
                SELECT :namespace, (SELECT coalesce(max(number), 0) + 1 FROM experiment WHERE namespace = :namespace),
                    :name, CAST(:tags AS jsonb), :now, :by, :now
                ON CONFLICT (namespace, name) DO NOTHING RETURNING number
                """)
                .param("namespace", namespace.value())
                .param("name", name)
                .param("tags", json.writeValueAsString(tags))
                .param("by", by)
                .param("now", Timestamp.from(now))
                .query(Long.class)
                .optional();
    }

    void rename(Name namespace, long number, String name, Instant now) {
        jdbc.sql("UPDATE experiment SET name = ?, updated_at = ? WHERE namespace = ? AND number = ?")
                .params(name, Timestamp.from(now), namespace.value(), number)
                .update();
    }

    /** Deletes or restores an experiment together with the runs that are in it, or went with it. */
    void delete(Name namespace, long number, @Nullable Instant deletedAt, Instant now) {
        jdbc.sql("""
                UPDATE run r SET deleted_at = :deleted, version = r.version + 1
                FROM experiment e
                WHERE e.namespace = :namespace AND e.number = :number
                    AND r.namespace = e.namespace AND r.experiment = e.number
                    AND r.deleted_at IS NOT DISTINCT FROM e.deleted_at
                """)
                .param("deleted", deletedAt == null ? null : Timestamp.from(deletedAt), java.sql.Types.TIMESTAMP)
                .param("namespace", namespace.value())
                .param("number", number)
                .update();
        jdbc.sql(
                        "UPDATE experiment SET deleted_at = :deleted, updated_at = :now WHERE namespace = :namespace AND number = :number")
                .param("deleted", deletedAt == null ? null : Timestamp.from(deletedAt), java.sql.Types.TIMESTAMP)
                .param("now", Timestamp.from(now))
                .param("namespace", namespace.value())
                .param("number", number)
                .update();
    }

    void tag(Name namespace, long number, Map<String, String> tags, Instant now) {
        jdbc.sql("""
                UPDATE experiment SET tags = tags || CAST(? AS jsonb), updated_at = ? WHERE namespace = ? AND number = ?
                """)
                .params(json.writeValueAsString(tags), Timestamp.from(now), namespace.value(), number)
                .update();
    }

    boolean untag(Name namespace, long number, String key) {
        return jdbc.sql("""
                UPDATE experiment SET tags = tags - CAST(:key AS text)
                WHERE namespace = :namespace AND number = :number AND jsonb_exists(tags, :key)
                """)
                        .param("key", key)
                        .param("namespace", namespace.value())
                        .param("number", number)
                        .update()
                > 0;
    }

    /** The newest first unless asked otherwise. */
    Slice<Experiment> search(
            Name namespace,
            Lifecycle lifecycle,
            List<Condition> conditions,
            List<Order> orders,
            @Nullable String cursor,
            int limit) {
        var query = new ListQuery(Experiments::field);
        query.and("e.namespace = " + query.bind(namespace.value()))
                .and(lifecycle.sql("e.deleted_at"))
                .and(conditions)
                .sortedBy(orders, new Order(CREATED, true), new Order(NUMBER, true));
        return query.page(jdbc, "e.*", "experiment e", cursor, limit, this::experiment);
    }

    /** Of those that have runs. */
    Map<Long, ExperimentActivity> activity(Name namespace, Collection<Long> numbers) {
        var activity = new HashMap<Long, ExperimentActivity>();
        jdbc.sql("""
                SELECT experiment, count(*) AS runs, max(started_at) AS last FROM run
                WHERE namespace = ? AND experiment = ANY (?) AND deleted_at IS NULL GROUP BY experiment
                """).params(namespace.value(), numbers.toArray(Long[]::new)).query(row -> {
            activity.put(
                    row.getLong("experiment"),
                    new ExperimentActivity(
                            row.getLong("runs"), row.getTimestamp("last").toInstant()));
        });
        return activity;
    }

    private static Expression field(Field field, ListQuery query) {
        return switch (field.kind()) {
            case TAG -> Expression.maybe("(e.tags ->> " + query.bind(field.key()) + ")", Expression.Type.TEXT);
            case ATTRIBUTE ->
                switch (field.key()) {
                    case "name" -> Expression.always("e.name", Expression.Type.TEXT);
                    case "experiment_id" -> Expression.always("e.number::text", Expression.Type.TEXT);
                    case "number" -> Expression.always("e.number", Expression.Type.WHOLE);
                    case "creation_time" -> Expression.always("e.created_at", Expression.Type.INSTANT);
                    case "last_update_time" -> Expression.always("e.updated_at", Expression.Type.INSTANT);
                    default -> throw unknown(field);
                };
            case METRIC, PARAM, DATASET -> throw unknown(field);
        };
    }

    private static Refusal unknown(Field field) {
        return new Refusal.Invalid(
                "unknown-field",
                "filter",
                "experiments have no " + field
                        + ": use name, experiment_id, creation_time, last_update_time or tags.<key>");
    }

    private Experiment experiment(ResultSet row, int n) throws SQLException {
        var deleted = row.getTimestamp("deleted_at");
        return new Experiment(
                new Name(row.getString("namespace")),
                row.getLong("number"),
                row.getString("name"),
                json.readValue(row.getString("tags"), TEXTS),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant(),
                deleted == null ? null : deleted.toInstant());
    }
}
