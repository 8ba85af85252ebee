package dev.tidewright.autoscaling;

import dev.tidewright.kernel.Timespan;
import dev.tidewright.serving.AutoscalingPolicy;
import dev.tidewright.serving.ScaleEndpoint;
import org.jspecify.annotations.Nullable;

/**
 * How many replicas an endpoint is to have, as the form sends it.
 *
 * @param scaleBy {@code fixed}, {@code concurrency} or {@code rate}
 * @param version the endpoint's, as it was when the form was made
 */
record PolicyForm(
        @Nullable String scaleBy,
        @Nullable Integer replicas,
        @Nullable Integer min,
        @Nullable Integer max,
        @Nullable Double target,
        @Nullable String scaleDownDelay,
        @Nullable String reason,
        long version) {

    ScaleEndpoint command() {
        var why = reason == null || reason.isBlank() ? null : reason.strip();
        if (scaleBy == null || scaleBy.equals("fixed")) {
            return new ScaleEndpoint(null, replicas, why);
        }
        var byRate = scaleBy.equals("rate");
        var delay = scaleDownDelay == null || scaleDownDelay.isBlank() ? null : Timespan.of(scaleDownDelay.strip());
        return new ScaleEndpoint(
                AutoscalingPolicy.of(min, max, byRate ? null : target, byRate ? target : null, delay), null, why);
    }
}
