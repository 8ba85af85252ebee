package dev.tidewright.tracking;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A run as others see it. */
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
        long version) {}
