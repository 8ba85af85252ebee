package dev.tidewright.tracking;

import java.time.Instant;

/**
 * One measured value.
 *
 * @param key 1 to 250 characters
 * @param value any double, NaN and the infinities too
 * @param at kept to the millisecond
 */
public record MetricPoint(String key, double value, long step, Instant at) {}
