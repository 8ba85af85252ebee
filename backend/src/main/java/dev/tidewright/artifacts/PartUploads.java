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
    private final CompletedUploads completed;
    private final TransactionOperations transactions;

    PartUploads(
            Artifacts artifacts,
            ArtifactRows rows,
            PartJoiner joiner,
            CompletedUploads completed,
            TransactionOperations transactions) {
        this.artifacts = artifacts;
        this.rows = rows;
        this.joiner = joiner;
        this.completed = completed;
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
     * Keeps a part; one of the same number is replaced.
     *
     * @param number 1 to {@link #MOST}
     * @param declaredSize bytes; -1 when the sender does not say
     * @return the part's etag
     */
    public String put(Name namespace, UUID upload, int number, InputStream body, long declaredSize) {
        if (number < 1 || number > MOST) {
            throw new Refusal.Invalid("invalid-part", "part_number", "a part has a number from 1 to " + MOST);
        }
        var own = owner(namespace, upload);
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
        var own = owner(namespace, upload);
        var contents = contents(owner, place, parts);
        if (artifacts.list(own).isEmpty()) {
            requireCompleted(own, upload, contents);
            return;
        }
        joiner.completing(own, joint -> {
            // Asked now: the first time may be what this one has waited for.
            var there = artifacts.list(own);
            if (there.isEmpty() || completed.find(own).isPresent()) {
                requireCompleted(own, upload, contents);
                return;
            }
            requireAll(there, parts);
            var whole = joint.whole(there);
            FailPoints.reach("artifact.parts.joined");
            transactions.executeWithoutResult(status -> {
                if (completed.add(own, contents)) {
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
        var own = owner(namespace, upload);
        artifacts.delete(own);
        joiner.forget(own);
    }

    /** Removes what was begun and not ended for as long as uploads are kept. */
    int expire() {
        var old = rows.ownersBefore(KIND, completed.keptSince());
        old.forEach(artifacts::delete);
        joiner.expire();
        completed.expire();
        return old.size();
    }

    private void requireCompleted(ArtifactOwner own, UUID upload, Digest contents) {
        var before = completed.find(own).orElseThrow(() -> new Refusal.NotFound("upload", upload));
        if (!before.equals(contents)) {
            throw new Refusal.Invalid(
                    "upload-completed",
                    "upload_id",
                    "the upload was completed with other parts, or as another file: begin another one");
        }
    }

    private static void requireAll(List<Stored> there, List<Part> parts) {
        if (parts.size() != there.size()) {
            throw new Refusal.Invalid(
                    "parts-missing",
                    "parts",
                    Text.counted(there.size(), "part") + " arrived, " + parts.size()
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
    private static Digest contents(ArtifactOwner owner, ArtifactPath place, List<Part> parts) {
        var algorithm = Digest.algorithm();
        algorithm.update((owner.kind() + "/" + owner.id() + "/" + place.value()).getBytes(StandardCharsets.UTF_8));
        for (var part : parts) {
            algorithm.update(("\n" + part.number() + ":" + part.etag()).getBytes(StandardCharsets.UTF_8));
        }
        return Digest.of(algorithm.digest());
    }

    /** Of this namespace: the same id in another one is another upload. */
    private static ArtifactOwner owner(Name namespace, UUID upload) {
        var own = UUID.nameUUIDFromBytes((namespace + "/" + upload).getBytes(StandardCharsets.UTF_8));
        return new ArtifactOwner(KIND, own);
    }

    private static String path(int number) {
        return String.format(Locale.ROOT, "%05d", number);
    }

    private static String etag(Stored part) {
        return "\"" + part.digest() + "\"";
    }
}
