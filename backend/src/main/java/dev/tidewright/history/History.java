package dev.tidewright.history;

import dev.tidewright.kernel.Transition;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Writes a row for every transition, in the transaction that caused it, and reads them. */
@Component
public class History {

    private static final TypeReference<Map<String, String>> FACTS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;

    History(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    @EventListener
    void record(Transition transition) {
        jdbc.sql("""
                INSERT INTO history_entry
                    (at, namespace, kind, object_id, name, verb, from_value, to_value, reason, actor_kind, actor, via, facts)
                VALUES (:at, :namespace, :kind, :object, :name, :verb, :from, :to, :reason, :actorKind, :actor, :via,
                    CAST(:facts AS jsonb))
                """)
                .param("at", Timestamp.from(transition.at()))
                .param("namespace", transition.namespace())
                .param("kind", transition.kind())
                .param("object", transition.objectId())
                .param("name", transition.name())
                .param("verb", transition.verb())
                .param("from", transition.from())
                .param("to", transition.to())
                .param("reason", transition.reason())
                .param("actorKind", transition.actor().kind().name())
                .param("actor", transition.actor().name())
                .param("via", transition.actor().via())
                .param("facts", json.writeValueAsString(transition.facts()))
                .update();
    }

    /** Newest first, before {@code query.before} when given. */
    public List<HistoryEntry> find(HistoryQuery query) {
        var where = new ArrayList<String>(List.of("true"));
        var parameters = new LinkedHashMap<String, Object>();
        add(where, parameters, "namespace", "namespace", query.namespace());
        add(where, parameters, "kind", "kind", query.kind());
        add(where, parameters, "name", "name", query.name());
        add(where, parameters, "actor", "actor", query.actor());
        add(where, parameters, "object_id", "object", query.objectId());
        if (query.before() != null) {
            where.add("seq < :before");
            parameters.put("before", query.before());
        }
        parameters.put("limit", query.limit());
        return jdbc.sql("SELECT * FROM history_entry WHERE " + String.join(" AND ", where)
                        + " ORDER BY seq DESC LIMIT :limit")
                .params(parameters)
                .query(this::entry)
                .list();
    }

    /**
     * Oldest first: what became readable after {@code position} in one namespace (or anywhere, when null). Rows of
     * transactions that may still be open are held back, so that a reader who resumes misses none.
     */
    public List<HistoryEntry> after(@Nullable String namespace, HistoryPosition position, int limit) {
        return jdbc.sql("""
                SELECT * FROM history_entry
                WHERE (tx, seq) > (CAST(:tx AS xid8), :seq) AND tx < pg_snapshot_xmin(pg_current_snapshot())
                    AND (CAST(:namespace AS text) IS NULL OR namespace = :namespace)
                ORDER BY tx, seq LIMIT :limit
                """)
                .param("tx", Long.toUnsignedString(position.tx()))
                .param("seq", position.seq())
                .param("namespace", namespace)
                .param("limit", limit)
                .query(this::entry)
                .list();
    }

    /** The position to resume from in order to see only what is still to come. */
    public HistoryPosition latest() {
        return jdbc.sql("""
                SELECT CAST(CAST(tx AS text) AS bigint) AS tx, seq FROM history_entry
                WHERE tx < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY history_entry.tx DESC, seq DESC LIMIT 1
                """)
                .query((row, number) -> new HistoryPosition(row.getLong("tx"), row.getLong("seq")))
                .optional()
                .orElse(HistoryPosition.START);
    }

    private static void add(
            List<String> where, Map<String, Object> parameters, String column, String name, @Nullable Object value) {
        if (value != null) {
            where.add(column + " = :" + name);
            parameters.put(name, value);
        }
    }

    private HistoryEntry entry(ResultSet row, int number) throws SQLException {
        return new HistoryEntry(
                row.getLong("seq"),
                new HistoryPosition(Long.parseUnsignedLong(row.getString("tx")), row.getLong("seq")).toString(),
                row.getTimestamp("at").toInstant(),
                row.getString("namespace"),
                row.getString("kind"),
                row.getObject("object_id", UUID.class),
                row.getString("name"),
                row.getString("verb"),
                row.getString("from_value"),
                row.getString("to_value"),
                row.getString("reason"),
                row.getString("actor_kind"),
                row.getString("actor"),
                row.getString("via"),
                json.readValue(row.getString("facts"), FACTS));
    }
}
