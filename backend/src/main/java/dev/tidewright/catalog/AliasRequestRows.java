package dev.tidewright.catalog;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Which aliases are protected, and who asked for what with them. Whoever writes holds the model's lock. */
@Repository
class AliasRequestRows {

    private final JdbcClient jdbc;

    AliasRequestRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** False when it was protected before. */
    boolean protect(UUID model, Alias alias, Actor actor, Instant now) {
        return jdbc.sql(
                                "INSERT INTO protected_alias (model_id, alias, at, actor) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
                        .params(model, alias.value(), Timestamp.from(now), actor.label())
                        .update()
                == 1;
    }

    /** False when it was not protected. */
    boolean unprotect(UUID model, Alias alias) {
        return jdbc.sql("DELETE FROM protected_alias WHERE model_id = ? AND alias = ?")
                        .params(model, alias.value())
                        .update()
                == 1;
    }

    /** By name, whether or not they point anywhere now. */
    List<ProtectedAlias> protectedOf(UUID model) {
        return jdbc.sql("SELECT alias, at, actor FROM protected_alias WHERE model_id = ? ORDER BY alias")
                .param(model)
                .query((row, number) -> new ProtectedAlias(
                        row.getString("alias"), row.getTimestamp("at").toInstant(), row.getString("actor")))
                .list();
    }

    /** The request for exactly this, if somebody waits for it. */
    Optional<AliasRequestView> waiting(UUID model, Alias alias, @Nullable Integer to) {
        return jdbc.sql("""
                SELECT * FROM alias_request WHERE model_id = ? AND alias = ? AND coalesce(to_number, 0) = ?
                    AND status = 'WAITING'
                """)
                .params(model, alias.value(), to == null ? 0 : to)
                .query(AliasRequestRows::view)
                .optional();
    }

    AliasRequestView ask(
            UUID id,
            UUID model,
            Alias alias,
            @Nullable Integer from,
            @Nullable Integer to,
            String reason,
            Actor actor,
            Instant now) {
        return jdbc.sql("""
                INSERT INTO alias_request
                    (id, model_id, alias, from_number, to_number, reason, asked_at, asked_by, asked_via, status)
                VALUES (:id, :model, :alias, :from, :to, :reason, :now, :by, :via, 'WAITING') RETURNING *
                """)
                .param("id", id)
                .param("model", model)
                .param("alias", alias.value())
                .param("from", from, Types.INTEGER)
                .param("to", to, Types.INTEGER)
                .param("reason", reason)
                .param("now", Timestamp.from(now))
                .param("by", actor.name())
                .param("via", actor.via())
                .query(AliasRequestRows::view)
                .single();
    }

    Optional<AliasRequestView> find(UUID model, UUID id) {
        return jdbc.sql("SELECT * FROM alias_request WHERE model_id = ? AND id = ?")
                .params(model, id)
                .query(AliasRequestRows::view)
                .optional();
    }

    /** Newest first. */
    List<AliasRequestView> list(UUID model, @Nullable AliasRequestStatus status, @Nullable UUID before, int limit) {
        return jdbc.sql("""
                SELECT * FROM alias_request WHERE model_id = :model AND (CAST(:status AS text) IS NULL OR status = :status)
                    AND (CAST(:before AS uuid) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit
                """)
                .param("model", model)
                .param("status", status == null ? null : status.name())
                .param("before", before)
                .param("limit", limit)
                .query(AliasRequestRows::view)
                .list();
    }

    /** Of a whole namespace, those that somebody else than {@code person} asked for. Oldest first. */
    List<WaitingRequest> waitingFor(Name namespace, String person, int limit) {
        return jdbc.sql("""
                SELECT m.name, r.alias, r.to_number, r.asked_by, r.reason, r.id
                FROM alias_request r JOIN model m ON m.id = r.model_id
                WHERE m.namespace = ? AND m.deleted_at IS NULL AND r.status = 'WAITING' AND r.asked_by <> ?
                ORDER BY r.id LIMIT ?
                """)
                .params(namespace.value(), person, limit)
                .query((row, number) -> new WaitingRequest(
                        row.getObject("id", UUID.class),
                        new ModelName(row.getString("name")),
                        row.getString("alias"),
                        row.getObject("to_number", Integer.class),
                        row.getString("asked_by"),
                        row.getString("reason")))
                .list();
    }

    void decide(UUID id, AliasRequestStatus status, @Nullable Actor by, String answer, Instant now) {
        jdbc.sql("""
                UPDATE alias_request SET status = :status, decided_by = :by, answer = :answer, decided_at = :now
                WHERE id = :id AND status = 'WAITING'
                """)
                .param("status", status.name())
                .param("by", by == null ? null : by.name())
                .param("answer", answer)
                .param("now", Timestamp.from(now))
                .param("id", id)
                .update();
    }

    private static AliasRequestView view(ResultSet row, int number) throws SQLException {
        var decided = row.getTimestamp("decided_at");
        return new AliasRequestView(
                row.getObject("id", UUID.class),
                row.getString("alias"),
                row.getObject("from_number", Integer.class),
                row.getObject("to_number", Integer.class),
                row.getString("reason"),
                row.getTimestamp("asked_at").toInstant(),
                row.getString("asked_by"),
                row.getString("asked_via"),
                AliasRequestStatus.valueOf(row.getString("status")),
                decided == null ? null : decided.toInstant(),
                row.getString("decided_by"),
                row.getString("answer"));
    }
}
