package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Who belongs to which namespace: a table without a life of its own, so plain SQL. */
@Component
class Members {

    private final JdbcClient jdbc;

    Members(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    Optional<Role> role(Name namespace, UUID userId) {
        return jdbc.sql("""
                SELECT m.role FROM member m JOIN namespace n ON n.id = m.namespace_id
                WHERE n.name = ? AND n.deleted_at IS NULL AND m.user_id = ?
                """)
                .params(namespace.value(), userId)
                .query(String.class)
                .optional()
                .map(Role::valueOf);
    }

    List<UUID> namespacesOf(UUID userId) {
        return jdbc.sql("SELECT namespace_id FROM member WHERE user_id = ?")
                .param(userId)
                .query((row, number) -> row.getObject("namespace_id", UUID.class))
                .list();
    }

    List<Member> of(UUID namespaceId) {
        return jdbc.sql("""
                SELECT u.name, u.display_name, m.role, m.since FROM member m JOIN app_user u ON u.id = m.user_id
                WHERE m.namespace_id = ? ORDER BY u.name
                """)
                .param(namespaceId)
                .query((row, number) -> new Member(
                        Name.of(row.getString("name")),
                        row.getString("display_name"),
                        Role.valueOf(row.getString("role")),
                        row.getTimestamp("since").toInstant()))
                .list();
    }

    void put(UUID namespaceId, UUID userId, Role role, Instant now) {
        jdbc.sql("""
                INSERT INTO member (namespace_id, user_id, role, since) VALUES (?, ?, ?, ?)
                ON CONFLICT (namespace_id, user_id) DO UPDATE SET role = excluded.role
                """)
                .params(namespaceId, userId, role.name(), Timestamp.from(now))
                .update();
    }

    void remove(UUID namespaceId, UUID userId) {
        jdbc.sql("DELETE FROM member WHERE namespace_id = ? AND user_id = ?")
                .params(namespaceId, userId)
                .update();
    }

    /** One member as shown. */
    record Member(Name user, String displayName, Role role, Instant since) {}
}
