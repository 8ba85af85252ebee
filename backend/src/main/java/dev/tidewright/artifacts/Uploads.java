package dev.tidewright.artifacts;

import dev.tidewright.artifacts.ArtifactStore.Blob;
import dev.tidewright.artifacts.ArtifactStore.Claim;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;

/** Takes sources in, and hands them to what is made of them. */
@Service
public class Uploads {

    /** What file systems take as one name. */
    static final int MAX_NAME_BYTES = 255;

    private final Artifacts artifacts;
    private final JdbcClient jdbc;
    private final TransactionOperations transactions;
    private final InstantSource clock;
    private final ArtifactSettings settings;

    Uploads(
            Artifacts artifacts,
            JdbcClient jdbc,
            TransactionOperations transactions,
            InstantSource clock,
            ArtifactSettings settings) {
        this.artifacts = artifacts;
        this.jdbc = jdbc;
        this.transactions = transactions;
        this.clock = clock;
        this.settings = settings;
    }

    /**
     * Takes a file in and looks into it; refuses one that is broken or dangerous.
     *
     * @param fileName its last segment counts
     * @param declaredSize -1 when the sender does not say
     * @param declaredDigest null when the sender does not say
     */
    public Upload receive(
            Name namespace,
            String fileName,
            InputStream body,
            long declaredSize,
            @Nullable String declaredDigest,
            Actor actor) {
        var path = named(fileName.substring(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1));
        var claim = new Claim(declaredSize, Digest.declared(declaredDigest));
        var blob = artifacts.write(body, claim);
        var upload = new Upload(
                Ids.next(clock.instant()),
                namespace,
                path.value(),
                kind(path, blob.digest()),
                blob.digest(),
                blob.size(),
                clock.instant(),
                actor.name());
        try {
            transactions.executeWithoutResult(status -> {
                artifacts.keep(namespace, upload.owner(), path, blob, null);
                insert(upload);
            });
        } catch (Refusal refused) {
            artifacts.discard(blob.digest());
            throw refused;
        }
        return upload;
    }

    /** An upload of this namespace, or refuses. */
    public Upload require(Name namespace, UUID id) {
        return jdbc.sql("SELECT * FROM upload WHERE id = ? AND namespace = ?")
                .params(id, namespace.value())
                .query(Uploads::upload)
                .optional()
                .orElseThrow(() -> new Refusal.NotFound("upload", id));
    }

    /**
     * Gives the file to {@code owner}, which has it for as long as it likes; the upload itself stays for a day more, for
     * others. Joins the caller's transaction.
     */
    public Stored take(Name namespace, UUID id, ArtifactOwner owner) {
        var upload = require(namespace, id);
        noteUse(id);
        return artifacts.copy(namespace, upload.owner(), owner, "").stream()
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("upload", id));
    }

    /**
     * Gives {@code owner} what lies in an uploaded archive. All bytes are written before any row, so that nothing is
     * locked while it unpacks; and they are counted before any is written, so that an archive that the namespace has no
     * room for leaves nothing behind.
     *
     * @param prefix as in {@link Artifacts#copy}
     */
    public List<Stored> unpack(Name namespace, UUID id, ArtifactOwner owner, String prefix) {
        var upload = require(namespace, id);
        if (upload.kind() != SourceKind.ARCHIVE) {
            throw new Refusal.Invalid(
                    "not-an-archive",
                    "upload",
                    "\"" + upload.fileName() + "\" is no archive: upload a .zip or .tar.gz");
        }
        var folder = Artifacts.folder(prefix);
        var archive = artifacts.file(upload.digest());
        var room = artifacts.room(namespace);
        Archive.read(upload.fileName(), archive, (path, body) -> {
            if (Artifacts.below(folder, path).isPresent()) {
                room.take(body);
            }
        });
        var files = new LinkedHashMap<ArtifactPath, Blob>();
        Archive.read(
                upload.fileName(),
                archive,
                (path, body) -> Artifacts.below(folder, path)
                        .ifPresent(place -> files.put(place, artifacts.write(body, new Claim(-1, null)))));
        noteUse(id);
        return artifacts.keep(namespace, owner, files);
    }

    /** Removes uploads that nobody has used for a while. */
    int expire() {
        var old = jdbc.sql("SELECT * FROM upload WHERE used_at < ? ORDER BY used_at LIMIT 1000")
                .param(Timestamp.from(clock.instant().minus(settings.keepUploads())))
                .query(Uploads::upload)
                .list();
        for (var upload : old) {
            transactions.executeWithoutResult(status -> {
                artifacts.delete(upload.owner());
                jdbc.sql("DELETE FROM upload WHERE id = ?").param(upload.id()).update();
            });
        }
        return old.size();
    }

    /** Not each use: hundreds of jobs that are made of the same upload at once would wait for each other's transactions. */
    private void noteUse(UUID id) {
        var now = clock.instant();
        var lately = now.minus(settings.keepUploads().dividedBy(100));
        jdbc.sql("UPDATE upload SET used_at = ? WHERE id = ? AND used_at < ?")
                .params(Timestamp.from(now), id, Timestamp.from(lately))
                .update();
    }

    private static ArtifactPath named(String fileName) {
        if (fileName.isBlank()) {
            throw new Refusal.Invalid(
                    "invalid-file-name",
                    "fileName",
                    "the file has no name: give one like \"train.py\", which says what it is");
        }
        if (fileName.getBytes(StandardCharsets.UTF_8).length > MAX_NAME_BYTES) {
            throw new Refusal.Invalid(
                    "invalid-file-name",
                    "fileName",
                    "the file's name \"" + Text.shortened(fileName, 60) + "\" is longer than " + MAX_NAME_BYTES
                            + " bytes: give a shorter one");
        }
        try {
            return new ArtifactPath(fileName);
        } catch (Refusal.Invalid refused) {
            throw new Refusal.Invalid("invalid-file-name", "fileName", refused.sentence());
        }
    }

    private SourceKind kind(ArtifactPath path, Digest digest) {
        try {
            return SourceInspection.inspect(path.value(), artifacts.file(digest));
        } catch (Refusal refused) {
            artifacts.discard(digest);
            throw refused;
        }
    }

    private void insert(Upload upload) {
        jdbc.sql("""
                INSERT INTO upload (id, namespace, file_name, kind, digest, size, created_at, created_by, used_at)
                VALUES (:id, :namespace, :fileName, :kind, :digest, :size, :now, :by, :now)
                """)
                .param("id", upload.id())
                .param("namespace", upload.namespace().value())
                .param("fileName", upload.fileName())
                .param("kind", upload.kind().name())
                .param("digest", upload.digest().value())
                .param("size", upload.size())
                .param("now", Timestamp.from(upload.createdAt()))
                .param("by", upload.createdBy())
                .update();
    }

    private static Upload upload(ResultSet row, int number) throws SQLException {
        return new Upload(
                row.getObject("id", UUID.class),
                new Name(row.getString("namespace")),
                row.getString("file_name"),
                SourceKind.valueOf(row.getString("kind")),
                new Digest(row.getString("digest")),
                row.getLong("size"),
                row.getTimestamp("created_at").toInstant(),
                row.getString("created_by"));
    }
}
