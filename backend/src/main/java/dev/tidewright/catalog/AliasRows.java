package dev.tidewright.catalog;

import dev.tidewright.kernel.Actor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Where aliases point and pointed. */
@Repository
class AliasRows {

    private final JdbcClient jdbc;

    AliasRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Where an alias points now. */
    Optional<AliasView> find(UUID model, Alias alias) {
        return jdbc.sql("""
                SELECT m.* FROM model_alias a JOIN alias_move m ON m.id = a.move_id
                WHERE a.model_id = ? AND a.alias = ?
                """).params(model, alias.value()).query(AliasRows::view).optional();
    }

    /** The last move at or before an instant. */
    Optional<AliasView> at(UUID model, Alias alias, Instant instant) {
        return jdbc.sql("""
                SELECT * FROM alias_move WHERE model_id = ? AND alias = ? AND at <= ?
                ORDER BY at DESC, id DESC LIMIT 1
                """)
                .params(model, alias.value(), Timestamp.from(instant))
                .query(AliasRows::view)
                .optional();
    }

    /** Newest first. */
    List<AliasView> history(UUID model, Alias alias, @Nullable Long before, int limit) {
        return jdbc.sql("""
                SELECT * FROM alias_move WHERE model_id = ? AND alias = ? AND id < ? ORDER BY at DESC, id DESC LIMIT ?
                """)
                .params(model, alias.value(), before == null ? Long.MAX_VALUE : before, limit)
                .query(AliasRows::view)
                .list();
    }

    List<Alias> of(UUID model) {
        return jdbc.sql("SELECT alias FROM model_alias WHERE model_id = ? ORDER BY alias")
                .param(model)
                .query((row, number) -> new Alias(row.getString(1)))
                .list();
    }

    /** Writes a move and where the alias points since. The caller holds the model's lock. */
    AliasView move(
            UUID model,
            Alias alias,
            @Nullable Integer from,
            @Nullable Integer to,
            String reason,
            Actor actor,
            Instant now) {
        var move = jdbc.sql("""
                INSERT INTO alias_move (model_id, alias, from_number, to_number, at, actor, reason)
                VALUES (:model, :alias, :from, :to, :now, :actor, :reason) RETURNING *
                """)
                .param("model", model)
                .param("alias", alias.value())
                .param("from", from, java.sql.Types.INTEGER)
                .param("to", to, java.sql.Types.INTEGER)
                .param("now", Timestamp.from(now))
                .param("actor", actor.label())
                .param("reason", reason)
                .query(AliasRows::view)
                .single();
        if (to == null) {
            jdbc.sql("DELETE FROM model_alias WHERE model_id = ? AND alias = ?")
                    .params(model, alias.value())
                    .update();
        } else {
            jdbc.sql("""
                    INSERT INTO model_alias (model_id, alias, number, move_id) VALUES (?, ?, ?, ?)
                    ON CONFLICT (model_id, alias) DO UPDATE SET number = excluded.number, move_id = excluded.move_id
                    """).params(model, alias.value(), to, move.id()).update();
        }
        return move;
    }

    private static AliasView view(ResultSet row, int number) throws SQLException {
        return new AliasView(
                row.getLong("id"),
                row.getString("alias"),
                row.getObject("from_number", Integer.class),
                row.getObject("to_number", Integer.class),
                row.getTimestamp("at").toInstant(),
                row.getString("actor"),
                row.getString("reason"));
    }
}
