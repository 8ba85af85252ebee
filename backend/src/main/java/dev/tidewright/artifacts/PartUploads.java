package dev.tidewright.artifacts;

import dev.tidewright.artifacts.ArtifactStore.Blob;
import dev.tidewright.artifacts.ArtifactStore.Claim;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.AbstractList;
import java.util.Collections;
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
    private final TransactionOperations transactions;
    private final InstantSource clock;
    private final ArtifactSettings settings;

    PartUploads(
            Artifacts artifacts,
            ArtifactRows rows,
            TransactionOperations transactions,
            InstantSource clock,
            ArtifactSettings settings) {
        this.artifacts = artifacts;
        this.rows = rows;
        this.transactions = transactions;
        this.clock = clock;
        this.settings = settings;
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
        var stored = artifacts.store(
                namespace,
                owner(namespace, upload),
                path(number),
                body,
                declaredSize,
                null,
                "application/octet-stream");
        return etag(stored);
    }

    /**
     * Makes one file of all parts. The bytes are joined before anything is locked.
     *
     * @param parts all of them, in order
     */
    public Stored complete(Name namespace, UUID upload, List<Part> parts, ArtifactOwner owner, String path) {
        var place = new ArtifactPath(path);
        var there = artifacts.list(owner(namespace, upload));
        if (there.isEmpty()) {
            throw new Refusal.NotFound("upload", upload);
        }
        requireAll(there, parts);
        var size = there.stream().mapToLong(Stored::size).sum();
        Blob whole;
        try (var joined = new SequenceInputStream(Collections.enumeration(opened(there)))) {
            whole = artifacts.write(joined, new Claim(size, null));
        } catch (IOException fault) {
            throw new UncheckedIOException("the parts of an upload cannot be read", fault);
        }
        var kept = transactions.execute(status -> {
            // First, so that the namespace does not need room for both.
            artifacts.delete(owner(namespace, upload));
            return artifacts.keep(namespace, owner, place, whole, null);
        });
        return java.util.Objects.requireNonNull(kept);
    }

    /** Forgets an upload; one that is not there is none. */
    public void abort(Name namespace, UUID upload) {
        artifacts.delete(owner(namespace, upload));
    }

    /** Removes what was begun and not ended for as long as uploads are kept. */
    int expire() {
        var old = rows.ownersBefore(KIND, clock.instant().minus(settings.keepUploads()));
        old.forEach(artifacts::delete);
        return old.size();
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

    /** Each is opened when the one before is read. */
    private List<InputStream> opened(List<Stored> files) {
        return new AbstractList<>() {
            @Override
            public InputStream get(int index) {
                return artifacts.open(files.get(index));
            }

            @Override
            public int size() {
                return files.size();
            }
        };
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
