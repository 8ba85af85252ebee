package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Timespan;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * A new token.
 *
 * @param name what its owner calls it
 * @param scope the most it may do
 * @param namespace the only namespace it works in; null for all that its owner may see
 * @param expiresIn such as {@code 30d}; null never expires
 */
record CreateToken(
        @NotBlank @Size(max = 100) String name,
        @NotNull Scope scope,
        @Nullable Name namespace,
        @Nullable Timespan expiresIn) {}
