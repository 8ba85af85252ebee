package dev.tidewright.tracking;

import java.util.UUID;

/**
 * What records a run.
 *
 * @param kind {@code job}
 * @param name what people call it
 */
public record RunSource(String kind, UUID id, String name) {}
