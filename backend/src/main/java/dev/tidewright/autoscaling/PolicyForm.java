package dev.tidewright.autoscaling;

import dev.tidewright.serving.AutoscalingPolicy;
import dev.tidewright.serving.PolicyFields;
import dev.tidewright.serving.ScaleEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * How many replicas an endpoint is to have, as the form sends it.
 *
 * @param scaleBy {@code fixed}, or as in {@link PolicyFields}
 * @param version the endpoint's, as it was when the form was made
 */
record PolicyForm(
        @Nullable String scaleBy,
        @Nullable Integer replicas,
        @Nullable Integer min,
        @Nullable Integer max,
        @Nullable Double target,
        @Nullable String metrics,
        @Nullable String scaleDownDelay,
        @Nullable String reason,
        long version) {

    /** @param before the policy that decides now; null: none */
    ScaleEndpoint command(@Nullable AutoscalingPolicy before) {
        var why = reason == null || reason.isBlank() ? null : reason.strip();
        if (scaleBy == null || scaleBy.equals("fixed")) {
            return new ScaleEndpoint(null, replicas, why);
        }
        var fields = new PolicyFields(scaleBy, min, max, target, metrics, scaleDownDelay);
        return new ScaleEndpoint(fields.policy(before), null, why);
    }
}
