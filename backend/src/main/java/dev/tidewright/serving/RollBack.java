package dev.tidewright.serving;

import org.jspecify.annotations.Nullable;

/** Serves again what an earlier revision served: all of it, as a new revision. */
public record RollBack(@Nullable Integer revision, @Nullable String reason) {}
