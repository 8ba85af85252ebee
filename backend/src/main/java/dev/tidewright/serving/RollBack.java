package dev.tidewright.serving;

import org.jspecify.annotations.Nullable;

/**
 * Serves again what an earlier revision served: all of it, as a new revision.
 *
 * @param moveAlias whether the alias that the revision was asked for by is moved back to its version too; where it is not,
 *     an endpoint that follows the alias goes on with its next move
 */
public record RollBack(
        @Nullable Integer revision,
        @Nullable String reason,
        @Nullable Boolean moveAlias) {}
