package dev.tidewright.artifacts;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where bytes lie, by their digest. Knows nothing of owners. Implementations: a folder; a bucket can be another. Bytes
 * that {@link #write} has answered survive a crash.
 */
interface ArtifactStore {

    /**
     * Takes a stream to its end. What is written becomes visible whole or not at all.
     *
     * @param claim what the sender says about the stream; a lie is refused
     * @param maxBytes more is refused as too large, at the latest when one byte more arrives
     */
    Blob write(InputStream body, Claim claim, long maxBytes) throws IOException;

    /** Begins a file that is made of others. Until it is published it is an unfinished write. */
    Growing grow() throws IOException;

    /**
     * The bytes; the caller closes the stream.
     *
     * @param offset first byte to read
     * @param length how many to read at most; -1 for all
     */
    InputStream open(Digest digest, long offset, long length) throws IOException;

    /** A file of this machine with these bytes, for readers that must jump about in it. To be read only. */
    Path file(Digest digest) throws IOException;

    boolean has(Digest digest) throws IOException;

    void delete(Digest digest) throws IOException;

    /** Calls {@code visitor} for everything that was written last before {@code instant}; unfinished writes of that age are removed. */
    void olderThan(Instant instant, Consumer<Blob> visitor) throws IOException;

    /** A file that is being made of others. After an error it is good for nothing but to be discarded. */
    interface Growing {

        /** Puts the bytes of another file to its end. */
        void append(Digest file) throws IOException;

        /** Bytes that were appended. */
        long size();

        /** False when it was collected meanwhile, or an appending broke off. */
        boolean usable() throws IOException;

        /** Makes it visible. Nothing can be appended after that. */
        Blob publish() throws IOException;

        /** Removes what was not published. */
        void discard();
    }

    /** Some bytes. */
    record Blob(Digest digest, long size) {}

    /**
     * What a sender says.
     *
     * @param size -1 when it does not say
     */
    record Claim(long size, @Nullable Digest digest) {}
}
