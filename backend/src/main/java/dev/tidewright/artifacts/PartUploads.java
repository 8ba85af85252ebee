package dev.tidewright.artifacts;

import dev.tidewright.kernel.FailPoints;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Takes one file in parts, in any order and at the same time. Parts are files of the upload until it is completed; then they
 * are one file of whoever it is for. What nobody completes is removed as uploads are.
 */
@Component
public class PartUploads {

    /** As many as a completion can name within a request. */
    public static final int MOST = 3000;

    static final String KIND = "upload-part";

    private final Artifacts artifacts;
    private final ArtifactRows rows;
    private final PartJoiner joiner;
    private final PartUploadRows uploads;
    private final TransactionOperations transactions;

    PartUploads(
            Artifacts artifacts,
            ArtifactRows rows,
            PartJoiner joiner,
            PartUploadRows uploads,
            TransactionOperations transactions) {
        this.artifacts = artifacts;
        this.rows = rows;
        this.joiner = joiner;
        this.uploads = uploads;
        this.transactions = transactions;
    }

    /**
     * A part as its sender knows it.
     *
     * @param number 1 or more
     * @param etag what {@link #put} answered
     */
    public record Part(int number, String etag) {}

    /**
     * Begins an upload.
     *
     * @param parts how many there will be, 1 to {@link #MOST}
     * @return what it is called from now on
     */
    public UUID begin(Name namespace, ArtifactOwner owner, String path, int parts) {
        if (parts < 1 || parts > MOST) {
            throw new Refusal.Invalid(
                    "invalid-parts",
                    "num_parts",
                    "num_parts is " + parts + ": give 1 to " + MOST
                            + ", by larger parts (MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE) where needed");
        }
        var upload = UUID.randomUUID();
        uploads.begin(namespace, upload, parts, file(owner, new ArtifactPath(path)));
        return upload;
    }

    /**
     * Keeps a part; one of the same number is replaced.
     *
     * @param number 1 to what was announced
     * @param declaredSize bytes; -1 when the sender does not say
     * @return the part's etag
     */
    public String put(Name namespace, UUID upload, int number, InputStream body, long declaredSize) {
        var begun = begun(namespace, upload);
        if (begun.contents() != null) {
            throw completedAlready();
        }
        if (number < 1 || number > begun.parts()) {
            throw new Refusal.Invalid(
                    "invalid-part",
                    "part_number",
                    "part " + number + " of an upload of " + Text.counted(begun.parts(), "part") + ": give 1 to "
                            + begun.parts());
        }
        var own = owner(upload);
        var stored =
                artifacts.store(namespace, own, path(number), body, declaredSize, null, "application/octet-stream");
        joiner.arrived(own, number, stored);
        return etag(stored);
    }

    /**
     * Makes one file of all parts. The bytes are joined before anything is locked. Completing again, as who did not hear the
     * answer does, waits for the first time, and changes nothing.
     *
     * @param parts all of them, in order
     */
    public void complete(Name namespace, UUID upload, List<Part> parts, ArtifactOwner owner, String path) {
        var place = new ArtifactPath(path);
        var own = owner(upload);
        var contents = contents(file(owner, place), parts);
        var known = begun(namespace, upload);
        if (known.file() != null && !known.file().equals(file(owner, place))) {
            throw new Refusal.Invalid(
                    "upload-of-another-file", "path", "the upload was begun for another file: complete it as that one");
        }
        if (isComplete(known, contents)) {
            return;
        }
        joiner.completing(own, joint -> {
            // Asked now: the first time may be what this one has waited for.
            var begun = begun(namespace, upload);
            if (isComplete(begun, contents)) {
                return;
            }
            var there = artifacts.list(own);
            requireAll(begun.parts(), there, parts);
            var whole = joint.whole(there);
            FailPoints.reach("artifact.parts.joined");
            transactions.executeWithoutResult(status -> {
                if (uploads.complete(upload, contents)) {
                    // First, so that the namespace does not need room for both.
                    artifacts.delete(own);
                    artifacts.keep(namespace, owner, place, whole, null);
                }
            });
            FailPoints.reach("artifact.parts.completed");
        });
    }

    /** Forgets an upload; one that is not there is none. */
    public void abort(Name namespace, UUID upload) {
        if (uploads.find(namespace, upload).isPresent()) {
            var own = owner(upload);
            artifacts.delete(own);
            joiner.forget(own);
            uploads.abort(upload);
        }
    }

    /** Removes what was begun and not ended for as long as uploads are kept. */
    int expire() {
        var old = rows.ownersBefore(KIND, uploads.keptSince());
        old.forEach(artifacts::delete);
        joiner.expire();
        uploads.expire();
        return old.size();
    }

    private PartUploadRows.Begun begun(Name namespace, UUID upload) {
        return uploads.find(namespace, upload).orElseThrow(() -> new Refusal.NotFound("upload", upload));
    }

    private static boolean isComplete(PartUploadRows.Begun begun, Digest contents) {
        if (begun.contents() != null && !begun.contents().equals(contents)) {
            throw completedAlready();
        }
        return begun.contents() != null;
    }

    private static Refusal completedAlready() {
        return new Refusal.Invalid(
                "upload-completed",
                "upload_id",
                "the upload was completed with other parts, or as another file: begin another one");
    }

    private static void requireAll(int announced, List<Stored> there, List<Part> parts) {
        if (parts.size() != announced || there.size() != announced) {
            throw new Refusal.Invalid(
                    "parts-missing",
                    "parts",
                    Text.counted(announced, "part") + " were announced, " + there.size() + " arrived, " + parts.size()
                            + " were named: send what is missing, and name all");
        }
        for (var index = 0; index < parts.size(); index++) {
            var named = parts.get(index);
            var stored = there.get(index);
            if (named.number() != index + 1
                    || !stored.path().equals(path(index + 1))
                    || !named.etag().equals(etag(stored))) {
                throw new Refusal.Invalid(
                        "parts-differ",
                        "parts",
                        "part " + (index + 1)
                                + " is not what arrived: name all parts in order, each with the etag that it was answered with");
            }
        }
    }

    /** Tells apart what an upload can be completed as. */
    private static Digest contents(String file, List<Part> parts) {
        var algorithm = Digest.algorithm();
        algorithm.update(file.getBytes(StandardCharsets.UTF_8));
        for (var part : parts) {
            algorithm.update(("\n" + part.number() + ":" + part.etag()).getBytes(StandardCharsets.UTF_8));
        }
        return Digest.of(algorithm.digest());
    }

    private static String file(ArtifactOwner owner, ArtifactPath place) {
        return owner.kind() + "/" + owner.id() + "/" + place.value();
    }

    private static ArtifactOwner owner(UUID upload) {
        return new ArtifactOwner(KIND, upload);
    }

    private static String path(int number) {
        return String.format(Locale.ROOT, "%05d", number);
    }

    private static String etag(Stored part) {
        return "\"" + part.digest() + "\"";
    }
}
