package dev.tidewright.artifacts;

import dev.tidewright.kernel.Name;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of files. */
@Repository
class ArtifactRows {

    private final JdbcClient jdbc;

    ArtifactRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    List<Stored> list(ArtifactOwner owner) {
        return jdbc.sql("SELECT * FROM artifact WHERE owner_kind = ? AND owner_id = ? ORDER BY path")
                .params(owner.kind(), owner.id())
                .query(ArtifactRows::stored)
                .list();
    }

    Optional<Stored> find(ArtifactOwner owner, ArtifactPath path) {
        return jdbc.sql("SELECT * FROM artifact WHERE owner_kind = ? AND owner_id = ? AND path = ?")
                .params(owner.kind(), owner.id(), path.value())
                .query(ArtifactRows::stored)
                .optional();
    }

    /** Reads files and keeps their rows as they are until the transaction ends, so that their bytes stay too. Many may hold them. */
    List<Stored> holdBelow(ArtifactOwner owner, String folder) {
        return jdbc.sql("""
                SELECT * FROM artifact
                WHERE owner_kind = :kind AND owner_id = :id
                    AND (:folder = '' OR path = :folder OR starts_with(path, :folder || '/'))
                ORDER BY path FOR SHARE
                """)
                .param("kind", owner.kind())
                .param("id", owner.id())
                .param("folder", folder)
                .query(ArtifactRows::stored)
                .list();
    }

    void put(Stored file) {
        jdbc.sql("""
                INSERT INTO artifact (owner_kind, owner_id, path, namespace, digest, size, media_type, stored_at)
                VALUES (:kind, :id, :path, :namespace, :digest, :size, :mediaType, :now)
                ON CONFLICT (owner_kind, owner_id, path) DO UPDATE SET namespace = excluded.namespace,
                    digest = excluded.digest, size = excluded.size, media_type = excluded.media_type,
                    stored_at = excluded.stored_at
                """)
                .param("kind", file.owner().kind())
                .param("id", file.owner().id())
                .param("path", file.path())
                .param("namespace", file.namespace().value())
                .param("digest", file.digest().value())
                .param("size", file.size())
                .param("mediaType", file.mediaType())
                .param("now", Timestamp.from(file.storedAt()))
                .update();
    }

    List<Name> namespaces(ArtifactOwner owner) {
        return jdbc.sql(
                        "SELECT DISTINCT namespace FROM artifact WHERE owner_kind = ? AND owner_id = ? ORDER BY namespace")
                .params(owner.kind(), owner.id())
                .query((row, number) -> new Name(row.getString(1)))
                .list();
    }

    /**
     * Deletes the owner's rows, or those at and below a path, and answers how many bytes no row of the namespace refers to
     * any more.
     *
     * @param folder empty for all
     */
    long delete(Name namespace, ArtifactOwner owner, String folder) {
        // A statement of its own: the next one is to see the rows of those who held these, for which this one waits.
        jdbc.sql("SELECT FROM artifact WHERE owner_kind = ? AND owner_id = ? AND namespace = ? FOR UPDATE")
                .params(owner.kind(), owner.id(), namespace.value())
                .query(row -> {});
        return jdbc.sql("""
                WITH gone AS (
                    DELETE FROM artifact
                    WHERE owner_kind = :kind AND owner_id = :id AND namespace = :namespace
                        AND (:folder = '' OR path = :folder OR starts_with(path, :folder || '/'))
                    RETURNING owner_kind, owner_id, path, digest, size)
                SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT digest, size FROM gone) g
                WHERE NOT EXISTS (
                    SELECT FROM artifact a
                    WHERE a.digest = g.digest AND a.namespace = :namespace
                        AND (a.owner_kind, a.owner_id, a.path) NOT IN (SELECT owner_kind, owner_id, path FROM gone))
                """)
                .param("kind", owner.kind())
                .param("id", owner.id())
                .param("namespace", namespace.value())
                .param("folder", folder)
                .query(Long.class)
                .single();
    }

    boolean isReferredTo(Digest digest) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM artifact WHERE digest = ?)")
                .param(digest.value())
                .query(Boolean.class)
                .single();
    }

    boolean isReferredTo(Name namespace, Digest digest) {
        return jdbc.sql("SELECT EXISTS (SELECT FROM artifact WHERE digest = ? AND namespace = ?)")
                .params(digest.value(), namespace.value())
                .query(Boolean.class)
                .single();
    }

    /** Owners of a kind whose files are all from before an instant. */
    List<ArtifactOwner> ownersBefore(String kind, Instant instant) {
        return jdbc.sql("""
                SELECT owner_id FROM artifact WHERE owner_kind = ? GROUP BY owner_id HAVING max(stored_at) < ? LIMIT 1000
                """)
                .params(kind, Timestamp.from(instant))
                .query((row, number) -> new ArtifactOwner(kind, row.getObject("owner_id", UUID.class)))
                .list();
    }

    /** Until the transaction ends nobody removes these bytes. Many may hold them. */
    void hold(Digest digest) {
        jdbc.sql("SELECT pg_advisory_xact_lock_shared(hashtextextended(?, 20))")
                .param(digest.value())
                .query(row -> {});
    }

    /** Until the transaction ends nobody adds a row for these bytes. */
    void lock(Digest digest) {
        jdbc.sql("SELECT pg_advisory_xact_lock(hashtextextended(?, 20))")
                .param(digest.value())
                .query(row -> {});
    }

    private static Stored stored(ResultSet row, int number) throws SQLException {
        return new Stored(
                new Name(row.getString("namespace")),
                new ArtifactOwner(row.getString("owner_kind"), row.getObject("owner_id", UUID.class)),
                row.getString("path"),
                new Digest(row.getString("digest")),
                row.getLong("size"),
                row.getString("media_type"),
                row.getTimestamp("stored_at").toInstant(),
                false);
    }
}
