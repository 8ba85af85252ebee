package dev.tidewright.artifacts;

import dev.tidewright.kernel.Name;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Which uploads in parts were begun, and which of them are complete. Within the caller's transaction. */
@Repository
class PartUploadRows {

    private final JdbcClient jdbc;
    private final InstantSource clock;
    private final ArtifactSettings settings;

    PartUploadRows(JdbcClient jdbc, InstantSource clock, ArtifactSettings settings) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.settings = settings;
    }

    /**
     * An upload that was begun.
     *
     * @param parts how many were announced
     * @param file for whom and where; null where it was begun before this was kept
     * @param contents what was completed; null until then
     */
    record Begun(int parts, @Nullable String file, @Nullable Digest contents) {}

    void begin(Name namespace, UUID upload, int parts, String file) {
        jdbc.sql("INSERT INTO part_upload (id, namespace, parts, file, changed_at) VALUES (?, ?, ?, ?, ?)")
                .params(upload, namespace.value(), parts, file, Timestamp.from(clock.instant()))
                .update();
    }

    /** Empty for an upload that was begun in another namespace, too. */
    Optional<Begun> find(Name namespace, UUID upload) {
        return jdbc.sql("SELECT parts, file, contents FROM part_upload WHERE id = ? AND namespace = ?")
                .params(upload, namespace.value())
                .query((row, number) -> {
                    var contents = row.getString("contents");
                    return new Begun(
                            row.getInt("parts"), row.getString("file"), contents == null ? null : new Digest(contents));
                })
                .optional();
    }

    /** False when it is complete already. Of two at once, the second waits for the first. */
    boolean complete(UUID upload, Digest contents) {
        return jdbc.sql("UPDATE part_upload SET contents = ?, changed_at = ? WHERE id = ? AND contents IS NULL")
                        .params(contents.value(), Timestamp.from(clock.instant()), upload)
                        .update()
                == 1;
    }

    /** Forgets one that is not complete. */
    void abort(UUID upload) {
        jdbc.sql("DELETE FROM part_upload WHERE id = ? AND contents IS NULL")
                .param(upload)
                .update();
    }

    /** Uploads from before this are not kept any more. */
    Instant keptSince() {
        return clock.instant().minus(settings.keepUploads());
    }

    /** Forgets those of which no parts are kept. */
    void expire() {
        jdbc.sql("""
                DELETE FROM part_upload u WHERE changed_at < ?
                    AND NOT EXISTS (SELECT FROM artifact a WHERE a.owner_kind = ? AND a.owner_id = u.id)
                """).params(Timestamp.from(keptSince()), PartUploads.KIND).update();
    }
}
