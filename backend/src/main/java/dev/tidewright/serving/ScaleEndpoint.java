package dev.tidewright.serving;

import dev.tidewright.kernel.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * Changes only how many replicas an endpoint has; all else stays as it is served now, down to the digest.
 *
 * @param policy by which autoscaling decides; null switches it off
 * @param replicas fixed number, 0 to 100; not together with {@code policy}; of neither, an endpoint that was autoscaled
 *     keeps the replicas that it has
 * @param reason why; kept with the revision
 */
public record ScaleEndpoint(
        @Nullable AutoscalingPolicy policy,
        @Nullable Integer replicas,
        @Nullable String reason) {

    /** With the number of replicas that there are, where none is given and autoscaling decided until now. */
    ScaleEndpoint keeping(@Nullable AutoscalingPolicy before, int live) {
        return policy == null && replicas == null && before != null ? new ScaleEndpoint(null, live, reason) : this;
    }

    /** Refuses what cannot be meant. */
    void check() {
        if ((policy == null) == (replicas == null)) {
            throw new Refusal.Invalid(
                    "invalid-scaling", "replicas", "give a policy, or a fixed number of replicas, and not both");
        }
        if (replicas != null && (replicas < 0 || replicas > EndpointRules.MAX_REPLICAS)) {
            throw new Refusal.Invalid(
                    "invalid-scaling",
                    "replicas",
                    replicas + " is not possible: give 0 to " + EndpointRules.MAX_REPLICAS);
        }
        if (reason != null && reason.length() > 500) {
            throw new Refusal.Invalid(
                    "invalid-scaling", "reason", "this has " + reason.length() + " characters: give at most 500");
        }
    }
}
