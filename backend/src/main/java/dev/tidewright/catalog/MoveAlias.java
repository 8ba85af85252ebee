package dev.tidewright.catalog;

import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Points an alias at a version.
 *
 * @param version the version's number
 * @param reason why, for the history
 */
public record MoveAlias(
        @NotNull @Min(1) Integer version,
        @Nullable @Size(max = 1000) String reason) {}
