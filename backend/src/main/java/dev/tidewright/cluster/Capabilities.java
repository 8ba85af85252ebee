package dev.tidewright.cluster;

import dev.tidewright.kernel.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster can run beside the platform's own launcher, the same for as long as it is configured: what it cannot run
 * is refused when it is asked for, not when it is started.
 *
 * @param images whether container images can be run
 * @param pods whether programs run in pods, of which people may say more than how much they use
 * @param autoscaler whether the cluster itself can decide how many replicas a service has
 */
public record Capabilities(boolean images, boolean pods, boolean autoscaler) {

    /** Refuses fields that nothing would heed. */
    public void requireFor(@Nullable PodFields fields) {
        if (fields != null && !pods) {
            throw new Refusal.Invalid(
                    "pods-unsupported",
                    "pod",
                    "this cluster is one machine without pods: leave node selector, tolerations and pull secrets out");
        }
    }

    /** Refuses an image that could never start; {@code field} is named in the refusal. */
    public void requireFor(@Nullable String image, String field) {
        if (image != null && !images) {
            throw new Refusal.Invalid(
                    "images-unsupported",
                    field,
                    "this cluster runs no images: give a notebook, script or archive as the source and its packages as"
                            + " requirements instead");
        }
    }

    /** Refuses metrics that nobody here could read; {@code field} is named in the refusal. */
    public void requireFor(List<ScalingMetric> metrics, String field) {
        if (!metrics.isEmpty() && !autoscaler) {
            throw new Refusal.Invalid(
                    "autoscaler-unsupported",
                    field,
                    "this cluster has no autoscaler of its own that could look at "
                            + metrics.getFirst().name()
                            + ": give targetConcurrency or targetRequestsPerSecond, which the gateway measures");
        }
    }
}
