package dev.tidewright.catalog;

import java.time.Instant;

/**
 * An alias that nobody moves alone.
 *
 * @param at since when
 * @param actor who has protected it
 */
public record ProtectedAlias(String alias, Instant at, String actor) {}
