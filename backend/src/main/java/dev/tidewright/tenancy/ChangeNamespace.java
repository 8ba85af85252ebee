package dev.tidewright.tenancy;

import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/** What is null stays; {@code limits} are replaced whole. */
record ChangeNamespace(
        @Nullable @Size(max = 1000) String description,
        @Nullable Limits limits) {}
