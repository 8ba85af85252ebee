package dev.tidewright.artifacts;

import dev.tidewright.kernel.Name;
import java.time.Instant;

/**
 * One file of one owner.
 *
 * @param size bytes
 * @param mediaType what the sender said it is, or what its name says; never trusted for showing it
 * @param fresh true when the call that answered this wrote it; false when exactly this was there before
 */
public record Stored(
        Name namespace,
        ArtifactOwner owner,
        String path,
        Digest digest,
        long size,
        String mediaType,
        Instant storedAt,
        boolean fresh) {

    /** The last segment of the path. */
    public String fileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
