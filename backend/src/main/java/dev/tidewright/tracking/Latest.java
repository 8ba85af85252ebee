package dev.tidewright.tracking;

import java.time.Instant;

/**
 * The last value of one metric: the one of the highest step, of those the youngest.
 *
 * @param points how many values the metric has in all
 */
public record Latest(String key, double value, long step, Instant at, long points) {}
