package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * How many replicas a revision may have and by what they are counted; part of the revision. Exactly one of the two
 * targets is given.
 *
 * @param min 1 to 100
 * @param max {@code min} to 100
 * @param targetConcurrency requests under way at the same time that one replica should have, e.g. 1.5
 * @param targetRequestsPerSecond requests a second that one replica should answer
 * @param scaleDownDelay how long fewer replicas must have been enough before one goes
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AutoscalingPolicy(
        int min,
        int max,
        @Nullable Double targetConcurrency,
        @Nullable Double targetRequestsPerSecond,
        Timespan scaleDownDelay) {

    static final int MAX_REPLICAS = 100;

    public AutoscalingPolicy {
        if (min < 1 || min > MAX_REPLICAS) {
            throw wrong(
                    "min", min + " is not possible: give 1 to " + MAX_REPLICAS + " (stop the endpoint to have none)");
        }
        if (max < min || max > MAX_REPLICAS) {
            throw wrong("max", max + " is not possible: give " + min + " (min) to " + MAX_REPLICAS);
        }
        if ((targetConcurrency == null) == (targetRequestsPerSecond == null)) {
            throw wrong("targetConcurrency", "give exactly one of targetConcurrency and targetRequestsPerSecond");
        }
        var target = targetConcurrency == null ? targetRequestsPerSecond : targetConcurrency;
        if (target == null || !(target >= 0.01 && target <= 1_000_000)) {
            throw wrong(
                    targetConcurrency == null ? "targetRequestsPerSecond" : "targetConcurrency",
                    "the target is " + target + ": give a number from 0.01 to 1000000");
        }
    }

    @JsonCreator
    public static AutoscalingPolicy of(
            @JsonProperty("min") @Nullable Integer min,
            @JsonProperty("max") @Nullable Integer max,
            @JsonProperty("targetConcurrency") @Nullable Double targetConcurrency,
            @JsonProperty("targetRequestsPerSecond") @Nullable Double targetRequestsPerSecond,
            @JsonProperty("scaleDownDelay") @Nullable Timespan scaleDownDelay) {
        if (max == null) {
            throw wrong("max", "max is missing: say how many replicas there may be at most");
        }
        return new AutoscalingPolicy(
                min == null ? 1 : min,
                max,
                targetConcurrency,
                targetRequestsPerSecond,
                scaleDownDelay == null ? Timespan.of("60s") : scaleDownDelay);
    }

    /** What one replica should have, in the unit of {@link #byConcurrency}. */
    @JsonIgnore
    public double target() {
        var target = targetConcurrency == null ? targetRequestsPerSecond : targetConcurrency;
        return target == null ? 1 : target;
    }

    @JsonIgnore
    public boolean byConcurrency() {
        return targetConcurrency != null;
    }

    public int clamp(int replicas) {
        return Math.clamp(replicas, min, max);
    }

    private static Refusal wrong(String field, String message) {
        return new Refusal.Invalid("invalid-autoscaling", "autoscaling." + field, message);
    }
}
