package dev.tidewright.artifacts;

import java.sql.Timestamp;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Which uploads in parts are complete, for as long as uploads are kept. Within the caller's transaction. */
@Repository
class CompletedUploads {

    private final JdbcClient jdbc;
    private final InstantSource clock;
    private final ArtifactSettings settings;

    CompletedUploads(JdbcClient jdbc, InstantSource clock, ArtifactSettings settings) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.settings = settings;
    }

    /** What was completed; empty while it was not. */
    Optional<Digest> find(ArtifactOwner upload) {
        return jdbc.sql("SELECT contents FROM completed_part_upload WHERE id = ?")
                .param(upload.id())
                .query((row, number) -> new Digest(row.getString(1)))
                .optional();
    }

    /** False when it is complete already. Of two at once, the second waits for the first. */
    boolean add(ArtifactOwner upload, Digest contents) {
        return jdbc.sql("""
                        INSERT INTO completed_part_upload (id, contents, completed_at) VALUES (?, ?, ?)
                        ON CONFLICT (id) DO NOTHING
                        """)
                        .params(upload.id(), contents.value(), Timestamp.from(clock.instant()))
                        .update()
                == 1;
    }

    /** Uploads from before this are not kept any more. */
    Instant keptSince() {
        return clock.instant().minus(settings.keepUploads());
    }

    void expire() {
        jdbc.sql("DELETE FROM completed_part_upload WHERE completed_at < ?")
                .param(Timestamp.from(keptSince()))
                .update();
    }
}
