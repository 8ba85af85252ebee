package dev.tidewright.tracking;

import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A model that a run has written, whether or not it is registered.
 *
 * @param experiment its number in the namespace
 * @param modelType what its client calls it; may be empty
 * @param sourceRun the run that wrote it, if one did
 */
public record LoggedModel(
        UUID id,
        Name namespace,
        long experiment,
        String name,
        String modelType,
        @Nullable UUID sourceRun,
        LoggedModelStatus status,
        Map<String, String> params,
        Map<String, String> tags,
        Instant createdAt,
        Instant updatedAt) {}
