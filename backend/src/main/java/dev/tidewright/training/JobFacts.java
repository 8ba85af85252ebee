package dev.tidewright.training;

import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Everything about a job that is shown and is neither its spec nor its attempts. */
record JobFacts(
        UUID id,
        long version,
        Name namespace,
        Name name,
        String createdBy,
        Instant createdAt,
        Map<String, String> labels,
        JobStatus status,
        @Nullable ReasonCode reasonCode,
        String sentence,
        @Nullable Instant admittedAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant unknownSince,
        @Nullable String unknownReason,
        @Nullable Name rerunOf,
        @Nullable UUID runId) {}
