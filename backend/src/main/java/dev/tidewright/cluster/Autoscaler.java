package dev.tidewright.cluster;

import java.util.List;

/**
 * Bounds within which the cluster itself decides how many replicas a service has.
 *
 * @param min 1 to {@code max}
 * @param metrics at least one; the one that asks for most decides
 */
public record Autoscaler(int min, int max, List<ScalingMetric> metrics, ScalingBehavior behavior) {
    public Autoscaler {
        metrics = List.copyOf(metrics);
    }

    /** The same with other bounds. */
    public Autoscaler within(int least, int most) {
        return new Autoscaler(least, most, metrics, behavior);
    }
}
