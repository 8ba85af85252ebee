package dev.tidewright.cluster;

import java.time.Instant;

/**
 * Something that the cluster said of a workload.
 *
 * @param uid the same whenever it is said again, and for whoever hears it
 * @param warning false for what goes as it should
 * @param reason the cluster's own word, e.g. {@code FailedScheduling}
 * @param object what it is about, e.g. {@code Pod train-7-a2-x8k2p}
 * @param message the cluster's own sentence
 * @param count how often it was said, 1 or more
 */
public record ClusterEvent(
        WorkloadId workload,
        String uid,
        boolean warning,
        String reason,
        String object,
        String message,
        int count,
        Instant firstAt,
        Instant lastAt) {}
