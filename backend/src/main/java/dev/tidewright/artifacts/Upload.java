package dev.tidewright.artifacts;

import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.UUID;

/**
 * A source that was sent and inspected, waiting to be used.
 *
 * @param digest of the file as it was sent
 * @param size bytes
 */
public record Upload(
        UUID id,
        Name namespace,
        String fileName,
        SourceKind kind,
        Digest digest,
        long size,
        Instant createdAt,
        String createdBy) {

    ArtifactOwner owner() {
        return new ArtifactOwner("upload", id);
    }
}
