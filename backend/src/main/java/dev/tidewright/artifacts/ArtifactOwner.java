package dev.tidewright.artifacts;

import java.util.UUID;

/**
 * Whose files these are: {@code ("upload", id)}, {@code ("job-attempt", id)}, {@code ("model-version", id)}. Who may read
 * them is decided by the owner's module.
 */
public record ArtifactOwner(String kind, UUID id) {}
