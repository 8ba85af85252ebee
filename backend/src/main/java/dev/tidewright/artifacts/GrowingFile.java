package dev.tidewright.artifacts;

import dev.tidewright.artifacts.ArtifactStore.Blob;
import dev.tidewright.artifacts.ArtifactStore.Growing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;

/** A file of a {@link FolderArtifactStore} that is written piece by piece. Not safe for threads. */
final class GrowingFile implements Growing {

    private static final int BUFFER = 128 * 1024;

    private final FolderArtifactStore store;
    private final Path file;
    private final MessageDigest algorithm = Digest.algorithm();
    private long size;

    GrowingFile(FolderArtifactStore store, Path file) throws IOException {
        this.store = store;
        this.file = Files.createFile(file);
    }

    @Override
    public void append(Digest digest) throws IOException {
        try (var from = FileChannel.open(store.file(digest), StandardOpenOption.READ);
                var to = FileChannel.open(file, StandardOpenOption.WRITE)) {
            to.position(size);
            var buffer = ByteBuffer.wrap(new byte[BUFFER]);
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                algorithm.update(buffer.duplicate());
                size += buffer.remaining();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
            // Now rather than all at the end, when somebody waits.
            to.force(false);
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean usable() throws IOException {
        return Files.exists(file) && Files.size(file) == size;
    }

    @Override
    public Blob publish() throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        var digest = Digest.of(algorithm.digest());
        store.publish(file, digest);
        return new Blob(digest, size);
    }

    @Override
    public void discard() {
        try {
            Files.deleteIfExists(file);
        } catch (IOException fault) {
            throw new UncheckedIOException("what was joined of an upload cannot be removed", fault);
        }
    }
}
