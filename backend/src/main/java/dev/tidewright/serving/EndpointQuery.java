package dev.tidewright.serving;

import org.jspecify.annotations.Nullable;

/**
 * Which endpoints to list; null means "any".
 *
 * @param q part of the name
 * @param label {@code key=value}
 */
public record EndpointQuery(
        @Nullable EndpointPhase phase,
        @Nullable String q,
        @Nullable String label) {}
