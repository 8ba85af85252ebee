package dev.tidewright.events;

import java.time.Instant;

/**
 * An event of a workload as shown.
 *
 * @param warning false for what goes as it should
 * @param reason the cluster's own word
 * @param object what it is about, e.g. {@code Pod train-7-a2-x8k2p}
 * @param count how often it was said
 */
public record KeptEvent(
        String uid,
        boolean warning,
        String reason,
        String object,
        String message,
        int count,
        Instant firstAt,
        Instant lastAt) {}
