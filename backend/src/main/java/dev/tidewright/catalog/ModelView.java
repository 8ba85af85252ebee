package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;

/**
 * A model as others see it.
 *
 * @param latestVersion the highest number that is not deleted; 0 without versions
 * @param versions how many are not deleted
 * @param aliases where each points
 */
public record ModelView(
        UUID id,
        Name namespace,
        ModelName name,
        String description,
        Map<String, String> tags,
        int latestVersion,
        int versions,
        Map<String, Integer> aliases,
        Instant createdAt,
        String createdBy,
        Instant updatedAt,
        long version) {}
