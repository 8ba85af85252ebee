package dev.tidewright.catalog;

import jakarta.validation.constraints.NotNull;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes a model without versions.
 *
 * @param description Markdown, at most 65536 characters
 * @param tags at most 200
 */
public record CreateModel(
        @NotNull ModelName name,
        @Nullable String description,
        @Nullable Map<String, String> tags) {}
