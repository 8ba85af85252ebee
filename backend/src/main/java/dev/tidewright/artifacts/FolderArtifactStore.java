package dev.tidewright.artifacts;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.commons.io.input.BoundedInputStream;
import org.springframework.stereotype.Component;

/** A folder: {@code sha256/ab/abcdef…}, and {@code incoming/} for what is still arriving. */
@Component
class FolderArtifactStore implements ArtifactStore {

    private static final int BUFFER = 128 * 1024;

    private final Path blobs;
    private final Path incoming;
    private final InstantSource clock;

    FolderArtifactStore(ArtifactSettings settings, InstantSource clock) {
        this.blobs = settings.folder().resolve("sha256");
        this.incoming = settings.folder().resolve("incoming");
        this.clock = clock;
    }

    @Override
    public Blob write(InputStream body, Claim claim, long maxBytes) throws IOException {
        if (claim.size() > maxBytes) {
            throw tooLarge(maxBytes);
        }
        Files.createDirectories(incoming);
        var file = incoming.resolve(UUID.randomUUID().toString());
        try {
            var blob = receive(body, file, maxBytes);
            check(blob, claim);
            publish(file, blob.digest());
            return blob;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @Override
    public Growing grow() throws IOException {
        Files.createDirectories(incoming);
        return new GrowingFile(this, incoming.resolve(UUID.randomUUID().toString()));
    }

    private static Blob receive(InputStream body, Path file, long maxBytes) throws IOException {
        var algorithm = Digest.algorithm();
        var size = 0L;
        try (var channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var buffer = new byte[BUFFER];
            for (var read = read(body, buffer); read >= 0; read = read(body, buffer)) {
                size += read;
                if (size > maxBytes) {
                    throw tooLarge(maxBytes);
                }
                algorithm.update(buffer, 0, read);
                for (var bytes = ByteBuffer.wrap(buffer, 0, read); bytes.hasRemaining(); ) {
                    channel.write(bytes);
                }
            }
            channel.force(true);
        }
        return new Blob(Digest.of(algorithm.digest()), size);
    }

    /** A sender that goes away is no fault of ours. */
    private static int read(InputStream body, byte[] buffer) {
        try {
            return body.read(buffer);
        } catch (IOException brokenOff) {
            throw new Refusal.Invalid("upload-broken-off", "file", "the file broke off before its end: send it again");
        }
    }

    private static void check(Blob blob, Claim claim) {
        if (claim.size() >= 0 && claim.size() != blob.size()) {
            throw new Refusal.Invalid(
                    "size-mismatch",
                    "Content-Length",
                    "the request declared " + Text.counted(claim.size(), "byte") + ", but " + blob.size()
                            + " arrived: send the file again");
        }
        if (claim.digest() != null && !claim.digest().equals(blob.digest())) {
            throw new Refusal.Invalid(
                    "digest-mismatch",
                    "X-Content-Digest",
                    "what arrived has the digest " + blob.digest() + ", not " + claim.digest()
                            + ": send the file again, or correct the digest");
        }
    }

    /** Gives a file in {@code incoming} the name that its bytes have. It is gone from there, unless these bytes were here. */
    void publish(Path file, Digest digest) throws IOException {
        var target = path(digest);
        var folder = folder(digest);
        Files.createDirectories(folder);
        if (Files.exists(target)) {
            // Somebody has these bytes already. Seen from the collector they are as young as what arrived now.
            Files.setLastModifiedTime(target, FileTime.from(clock.instant()));
            return;
        }
        Files.setLastModifiedTime(file, FileTime.from(clock.instant()));
        try {
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException unsupported) {
            throw new IOException("the artifact folder must be on one file system", unsupported);
        } catch (FileAlreadyExistsException same) {
            return;
        }
        // The name, too, must survive a loss of power.
        syncFolder(folder);
        syncFolder(blobs);
    }

    private static void syncFolder(Path folder) throws IOException {
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public InputStream open(Digest digest, long offset, long length) throws IOException {
        var channel = FileChannel.open(path(digest), StandardOpenOption.READ);
        try {
            channel.position(offset);
            var stream = Channels.newInputStream(channel);
            return length < 0
                    ? stream
                    : BoundedInputStream.builder()
                            .setInputStream(stream)
                            .setMaxCount(length)
                            .setPropagateClose(true)
                            .get();
        } catch (IOException | RuntimeException fault) {
            channel.close();
            throw fault;
        }
    }

    @Override
    public Path file(Digest digest) {
        return path(digest);
    }

    @Override
    public boolean has(Digest digest) {
        return Files.isRegularFile(path(digest));
    }

    @Override
    public void delete(Digest digest) throws IOException {
        Files.deleteIfExists(path(digest));
    }

    @Override
    public void olderThan(Instant instant, Consumer<Blob> visitor) throws IOException {
        each(incoming, 1, instant, (file, size) -> Files.deleteIfExists(file));
        each(
                blobs,
                2,
                instant,
                (file, size) -> visitor.accept(new Blob(new Digest("sha256:" + file.getFileName()), size)));
    }

    private static void each(Path folder, int depth, Instant instant, FileStep step) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (var files = Files.walk(folder, depth)) {
            for (var file : (Iterable<Path>) files::iterator) {
                try {
                    if (Files.isRegularFile(file)
                            && Files.getLastModifiedTime(file).toInstant().isBefore(instant)) {
                        step.take(file, Files.size(file));
                    }
                } catch (NoSuchFileException gone) {
                    // Somebody was faster: nothing left to do for this one.
                }
            }
        }
    }

    private Path path(Digest digest) {
        return folder(digest).resolve(digest.hex());
    }

    private Path folder(Digest digest) {
        return blobs.resolve(digest.hex().substring(0, 2));
    }

    static Refusal tooLarge(long maxBytes) {
        return new Refusal.TooLarge("the file is larger than the limit of " + Text.counted(maxBytes, "byte")
                + ": send less, or ask the administrator to raise tidewright.artifacts.max-size");
    }

    private interface FileStep {
        void take(Path file, long size) throws IOException;
    }
}
