package dev.tidewright.tracking;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A run as others see it.
 *
 * @param experiment its number in the namespace
 * @param deletedAt null while it is there; a deleted one is kept, and can be restored
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RunView(
        UUID id,
        Name namespace,
        String name,
        @Nullable RunSource source,
        RunStatus status,
        String reason,
        Map<String, String> tags,
        Instant startedAt,
        @Nullable Instant endedAt,
        String createdBy,
        long version,
        long experiment,
        @Nullable Instant deletedAt) {}
