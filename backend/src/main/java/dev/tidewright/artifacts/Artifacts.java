package dev.tidewright.artifacts;

import dev.tidewright.artifacts.ArtifactStore.Blob;
import dev.tidewright.artifacts.ArtifactStore.Claim;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Keeps files. Bytes are written first, outside of any transaction of its own; then one transaction writes the row and
 * charges the namespace. A namespace pays once for the same bytes, however many of its rows refer to them.
 */
@Service
public class Artifacts {

    private final ArtifactStore store;
    private final ArtifactRows rows;
    private final StorageAccount account;
    private final TransactionOperations transactions;
    private final InstantSource clock;
    private final ArtifactSettings settings;

    Artifacts(
            ArtifactStore store,
            ArtifactRows rows,
            StorageAccount account,
            TransactionOperations transactions,
            InstantSource clock,
            ArtifactSettings settings) {
        this.store = store;
        this.rows = rows;
        this.account = account;
        this.transactions = transactions;
        this.clock = clock;
        this.settings = settings;
    }

    /**
     * Takes a stream to its end and keeps it. Another file of the same path is replaced; the same bytes again change
     * nothing.
     *
     * @param declaredSize bytes that the sender says will come; -1 when it does not say
     * @param declaredDigest what the sender says they hash to, {@code sha256:…}; null when it does not say
     * @param mediaType null: told by the file's name
     */
    public Stored store(
            Name namespace,
            ArtifactOwner owner,
            String path,
            InputStream body,
            long declaredSize,
            @Nullable String declaredDigest,
            @Nullable String mediaType) {
        var place = new ArtifactPath(path);
        var claim = new Claim(declaredSize, Digest.declared(declaredDigest));
        return keep(namespace, owner, place, write(body, claim), mediaType);
    }

    /** All files of an owner, by path. */
    public List<Stored> list(ArtifactOwner owner) {
        return rows.list(owner);
    }

    public Optional<Stored> find(ArtifactOwner owner, String path) {
        return rows.find(owner, new ArtifactPath(path));
    }

    /** The bytes of one file; the caller closes the stream. */
    public InputStream open(ArtifactOwner owner, String path) {
        return open(find(owner, path).orElseThrow(() -> new Refusal.NotFound("file", path)));
    }

    /** The bytes of one file; the caller closes the stream. */
    public InputStream open(Stored file) {
        return open(file, 0, -1);
    }

    /**
     * Some bytes of one file; the caller closes the stream.
     *
     * @param length how many at most; -1 for all that follow
     */
    public InputStream open(Stored file, long offset, long length) {
        try {
            return store.open(file.digest(), offset, length);
        } catch (IOException fault) {
            throw new UncheckedIOException("bytes of " + file.digest() + " cannot be read", fault);
        }
    }

    /**
     * Lets another owner have the same files: no bytes move.
     *
     * @param prefix a folder: what lies below it is copied, without the prefix; a file: that one, by its last segment;
     *     empty: everything
     * @return what {@code to} has got; empty when nothing lies there
     */
    public List<Stored> copy(Name namespace, ArtifactOwner from, ArtifactOwner to, String prefix) {
        var folder = folder(prefix);
        return inTransaction(() -> {
            var copies = new ArrayList<Stored>();
            var held = rows.holdBelow(from, folder);
            for (var file : held) {
                below(folder, new ArtifactPath(file.path()))
                        .ifPresent(place -> copies.add(renamed(file, namespace, to, place)));
            }
            if (rows.list(to).isEmpty()
                    && held.stream().allMatch(file -> file.namespace().equals(namespace))) {
                // The namespace pays for what is held already, so nobody has to wait for its account.
                copies.forEach(this::refer);
            } else {
                put(namespace, copies);
            }
            return List.copyOf(copies);
        });
    }

    /** Takes all files from an owner and gives the namespace its storage back. The bytes go later, when nobody has them. */
    public void delete(ArtifactOwner owner) {
        delete(owner, "");
    }

    /** The same for one file, or for a folder with all that lies in it; empty: everything. */
    public void delete(ArtifactOwner owner, String path) {
        var folder = folder(path);
        transactions.executeWithoutResult(status -> {
            for (var namespace : rows.namespaces(owner)) {
                account.charge(namespace, () -> -rows.delete(namespace, owner, folder));
            }
        });
    }

    /** Removes bytes that no row refers to and that nobody has written for a while. */
    Collected collectGarbage() {
        var found = new ArrayList<Blob>();
        try {
            store.olderThan(clock.instant().minus(settings.collectAfter()), found::add);
        } catch (IOException fault) {
            throw new UncheckedIOException("the artifact store cannot be read", fault);
        }
        var removed = found.stream().filter(blob -> remove(blob.digest())).toList();
        return new Collected(
                removed.size(), removed.stream().mapToLong(Blob::size).sum());
    }

    /** What a collection has removed. */
    record Collected(int files, long bytes) {}

    Blob write(InputStream body, Claim claim) {
        try {
            return store.write(body, claim, settings.maxSize().toBytes());
        } catch (IOException fault) {
            throw new UncheckedIOException("a file could not be received", fault);
        }
    }

    /** What the namespace has room for just now; keeping files asks again, under its lock. */
    StorageRoom room(Name namespace) {
        return account.room(namespace, digest -> rows.isReferredTo(namespace, digest));
    }

    Path file(Digest digest) {
        try {
            return store.file(digest);
        } catch (IOException fault) {
            throw new UncheckedIOException("bytes of " + digest + " cannot be read", fault);
        }
    }

    Stored keep(Name namespace, ArtifactOwner owner, ArtifactPath path, Blob blob, @Nullable String mediaType) {
        try {
            return inTransaction(() -> {
                var known = rows.find(owner, path);
                if (known.isPresent() && known.get().digest().equals(blob.digest())) {
                    return known.get();
                }
                var file = described(namespace, owner, path, blob, mediaType);
                put(namespace, List.of(file));
                return file;
            });
        } catch (Refusal refused) {
            discard(blob.digest());
            throw refused;
        }
    }

    /** Keeps many files at once, whose bytes are written. */
    List<Stored> keep(Name namespace, ArtifactOwner owner, Map<ArtifactPath, Blob> files) {
        var rowsToBe = files.entrySet().stream()
                .map(file -> described(namespace, owner, file.getKey(), file.getValue(), null))
                .toList();
        transactions.executeWithoutResult(status -> put(namespace, rowsToBe));
        return rowsToBe;
    }

    /** The folder that a prefix names; empty for everything. */
    static String folder(String prefix) {
        var plain = prefix.replaceAll("/+$", "");
        return plain.isEmpty() || plain.equals(".") ? "" : new ArtifactPath(plain).value();
    }

    /** What a path is called seen from a folder; empty when it does not lie there. */
    static Optional<ArtifactPath> below(String folder, ArtifactPath path) {
        if (folder.isEmpty()) {
            return Optional.of(path);
        }
        if (path.value().equals(folder)) {
            return Optional.of(new ArtifactPath(path.fileName()));
        }
        return path.value().startsWith(folder + "/")
                ? Optional.of(new ArtifactPath(path.value().substring(folder.length() + 1)))
                : Optional.empty();
    }

    /** Removes bytes that were refused. Inside a caller's transaction they are left to the collector. */
    void discard(Digest digest) {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            remove(digest);
        }
    }

    /** Removes bytes if no row refers to them. */
    private boolean remove(Digest digest) {
        return Boolean.TRUE.equals(transactions.execute(status -> {
            rows.lock(digest);
            if (rows.isReferredTo(digest)) {
                return false;
            }
            try {
                store.delete(digest);
                return true;
            } catch (IOException fault) {
                throw new UncheckedIOException("bytes of " + digest + " cannot be removed", fault);
            }
        }));
    }

    private void put(Name namespace, List<Stored> files) {
        account.charge(
                namespace,
                () -> files.stream().mapToLong(file -> put(namespace, file)).sum());
    }

    /** Answers by how much the namespace's bytes grow. */
    private long put(Name namespace, Stored file) {
        var replaced = rows.find(file.owner(), new ArtifactPath(file.path()));
        var change = rows.isReferredTo(namespace, file.digest()) ? 0 : file.size();
        refer(file);
        if (replaced.isPresent() && !rows.isReferredTo(namespace, replaced.get().digest())) {
            change -= replaced.get().size();
        }
        return change;
    }

    private void refer(Stored file) {
        rows.hold(file.digest());
        if (!has(file.digest())) {
            throw new Refusal.Unavailable("artifact-gone", "the file was collected meanwhile: send it again");
        }
        rows.put(file);
    }

    private Stored renamed(Stored file, Name namespace, ArtifactOwner owner, ArtifactPath path) {
        return new Stored(
                namespace, owner, path.value(), file.digest(), file.size(), file.mediaType(), clock.instant(), true);
    }

    private boolean has(Digest digest) {
        try {
            return store.has(digest);
        } catch (IOException fault) {
            throw new UncheckedIOException("the artifact store cannot be read", fault);
        }
    }

    private Stored described(
            Name namespace, ArtifactOwner owner, ArtifactPath path, Blob blob, @Nullable String mediaType) {
        var told = mediaType == null || mediaType.isBlank()
                ? MediaTypeFactory.getMediaType(path.fileName()).orElse(MediaType.APPLICATION_OCTET_STREAM)
                : safely(mediaType);
        return new Stored(
                namespace, owner, path.value(), blob.digest(), blob.size(), told.toString(), clock.instant(), true);
    }

    private static MediaType safely(String mediaType) {
        try {
            return MediaType.parseMediaType(mediaType);
        } catch (RuntimeException malformed) {
            throw new Refusal.Invalid(
                    "invalid-media-type",
                    "Content-Type",
                    "Content-Type is no media type: send application/octet-stream");
        }
    }

    private <T> T inTransaction(Supplier<T> step) {
        var result = transactions.execute(status -> step.get());
        if (result == null) {
            throw new IllegalStateException("a transaction answered nothing");
        }
        return result;
    }
}
