package dev.tidewright.serving;

import dev.tidewright.kernel.Name;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** When which revision answered requests: from its first ready replica until its last one is gone. */
@Component
public class Activations {

    private final JdbcClient jdbc;

    Activations(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Brings the open rows to exactly {@code serving}, except that {@code lingering} ones stay open if they are. */
    void now(UUID endpoint, Set<Integer> serving, Set<Integer> lingering, Instant at) {
        var open = new HashSet<>(
                jdbc.sql("SELECT revision FROM revision_activation WHERE endpoint_id = ? AND to_at IS NULL")
                        .param(endpoint)
                        .query((row, number) -> row.getInt("revision"))
                        .list());
        for (var revision : serving) {
            if (!open.contains(revision)) {
                jdbc.sql("INSERT INTO revision_activation (endpoint_id, revision, from_at) VALUES (?, ?, ?)")
                        .params(endpoint, revision, Timestamp.from(at))
                        .update();
            }
        }
        for (var revision : open) {
            if (!serving.contains(revision) && !lingering.contains(revision)) {
                jdbc.sql(
                                "UPDATE revision_activation SET to_at = ? WHERE endpoint_id = ? AND revision = ? AND to_at IS NULL")
                        .params(Timestamp.from(at), endpoint, revision)
                        .update();
            }
        }
    }

    /** What answered at that moment, and who had put it there; two revisions while one replaced the other. */
    List<Served> at(Name namespace, Name name, Instant time) {
        return jdbc.sql("""
                SELECT r.number, r.author, r.via, r.reason, r.created_at, r.copied_from, a.from_at, a.to_at,
                    r.spec -> 'serves' ->> 'image' AS image, r.spec -> 'serves' -> 'model' ->> 'name' AS model,
                    r.spec -> 'serves' -> 'model' ->> 'version' AS version,
                    r.spec -> 'serves' -> 'source' ->> 'fileName' AS source
                FROM revision_activation a
                JOIN endpoint e ON e.id = a.endpoint_id
                JOIN endpoint_revision r ON r.endpoint_id = a.endpoint_id AND r.number = a.revision
                WHERE e.namespace = ? AND e.name = ? AND a.from_at <= ? AND (a.to_at IS NULL OR a.to_at > ?)
                ORDER BY a.from_at
                """)
                .params(namespace.value(), name.value(), Timestamp.from(time), Timestamp.from(time))
                .query((row, number) -> new Served(
                        row.getInt("number"),
                        row.getString("model") == null
                                ? row.getString("source") == null ? row.getString("image") : row.getString("source")
                                : row.getString("model") + " version " + row.getString("version"),
                        row.getString("author"),
                        row.getString("via"),
                        row.getString("reason"),
                        row.getTimestamp("created_at").toInstant(),
                        row.getTimestamp("from_at").toInstant(),
                        row.getTimestamp("to_at") == null
                                ? null
                                : row.getTimestamp("to_at").toInstant()))
                .list();
    }

    /**
     * What answered at some moment.
     *
     * @param author who made the revision, at {@code createdAt}
     * @param to null: it still does
     */
    public record Served(
            int revision,
            String serves,
            String author,
            String via,
            String reason,
            Instant createdAt,
            Instant from,
            @Nullable Instant to) {}
}
