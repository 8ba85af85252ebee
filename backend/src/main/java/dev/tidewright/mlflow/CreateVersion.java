package dev.tidewright.mlflow;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client sends to make a version. */
record CreateVersion(
        @Nullable String name,
        @Nullable String source,
        @Nullable String runId,
        @Nullable String modelId,
        @Nullable String runLink,
        @Nullable String description,
        @Nullable List<Pair> tags) {}
