package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.ScalingBehavior;
import dev.tidewright.cluster.ScalingMetric;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Timespan;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How many replicas a revision may have and by what they are counted; part of the revision. One of three is given: a
 * target that the gateway measures (two of them), or metrics that the cluster's own autoscaler looks at.
 *
 * @param min 1 to 100
 * @param max {@code min} to 100
 * @param targetConcurrency requests under way at the same time that one replica should have, e.g. 1.5
 * @param targetRequestsPerSecond requests a second that one replica should answer
 * @param metrics as in a HorizontalPodAutoscaler of {@code autoscaling/v2}; the one that asks for most decides
 * @param behavior as there; only together with {@code metrics}
 * @param scaleDownDelay how long fewer replicas must have been enough before one goes; of metrics it is what {@code
 *     behavior.scaleDown.stabilizationWindowSeconds} says, if that is given
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record AutoscalingPolicy(
        int min,
        int max,
        @Nullable Double targetConcurrency,
        @Nullable Double targetRequestsPerSecond,
        List<ScalingMetric> metrics,
        @Nullable ScalingBehavior behavior,
        Timespan scaleDownDelay) {

    static final int MAX_REPLICAS = 100;

    private static final int MAX_METRICS = 10;
    private static final int LONGEST_WINDOW = 3600;
    private static final String ONE = "give exactly one of targetConcurrency, targetRequestsPerSecond and metrics";

    public AutoscalingPolicy {
        metrics = List.copyOf(metrics);
        if (min < 1 || min > MAX_REPLICAS) {
            throw wrong(
                    "min", min + " is not possible: give 1 to " + MAX_REPLICAS + " (stop the endpoint to have none)");
        }
        if (max < min || max > MAX_REPLICAS) {
            throw wrong("max", max + " is not possible: give " + min + " (min) to " + MAX_REPLICAS);
        }
        var given = Stream.of(targetConcurrency, targetRequestsPerSecond)
                        .filter(Objects::nonNull)
                        .count()
                + (metrics.isEmpty() ? 0 : 1);
        if (given != 1) {
            throw wrong(metrics.isEmpty() ? "targetConcurrency" : "metrics", ONE);
        }
        if (metrics.isEmpty()) {
            checkTarget(targetConcurrency, targetRequestsPerSecond, behavior);
        } else {
            checkMetrics(metrics, behavior, scaleDownDelay);
        }
    }

    private static void checkTarget(
            @Nullable Double concurrency, @Nullable Double rate, @Nullable ScalingBehavior behavior) {
        var target = concurrency == null ? rate : concurrency;
        if (target == null || !(target >= 0.01 && target <= 1_000_000)) {
            throw wrong(
                    concurrency == null ? "targetRequestsPerSecond" : "targetConcurrency",
                    "the target is " + target + ": give a number from 0.01 to 1000000");
        }
        if (behavior != null) {
            throw wrong(
                    "behavior", "this is for metrics of the cluster: leave it out, and give scaleDownDelay instead");
        }
    }

    private static void checkMetrics(
            List<ScalingMetric> metrics, @Nullable ScalingBehavior behavior, Timespan scaleDownDelay) {
        if (metrics.size() > MAX_METRICS) {
            throw wrong("metrics", "there are " + metrics.size() + ": give at most " + MAX_METRICS);
        }
        for (var index = 0; index < metrics.size(); index++) {
            metrics.get(index).check("autoscaling.metrics[" + index + "]");
        }
        if (behavior != null) {
            behavior.check("autoscaling.behavior");
        }
        if (scaleDownDelay.value().toSeconds() > LONGEST_WINDOW) {
            throw wrong("scaleDownDelay", "the cluster's own autoscaler waits at most 1h");
        }
    }

    @JsonCreator
    public static AutoscalingPolicy of(
            @JsonProperty("min") @Nullable Integer min,
            @JsonProperty("max") @Nullable Integer max,
            @JsonProperty("targetConcurrency") @Nullable Double targetConcurrency,
            @JsonProperty("targetRequestsPerSecond") @Nullable Double targetRequestsPerSecond,
            @JsonProperty("metrics") @Nullable List<@Nullable ScalingMetric> metrics,
            @JsonProperty("behavior") @Nullable ScalingBehavior behavior,
            @JsonProperty("scaleDownDelay") @Nullable Timespan scaleDownDelay) {
        if (max == null) {
            throw wrong("max", "max is missing: say how many replicas there may be at most");
        }
        var given = metrics == null ? List.<ScalingMetric>of() : metrics;
        if (given.stream().anyMatch(Objects::isNull)) {
            throw wrong("metrics", "one of them is null: leave it out");
        }
        return new AutoscalingPolicy(
                min == null ? 1 : min,
                max,
                targetConcurrency,
                targetRequestsPerSecond,
                given.stream().filter(Objects::nonNull).toList(),
                behavior,
                scaleDownDelay == null ? Timespan.of("60s") : scaleDownDelay);
    }

    /** By what the gateway measures. */
    public static AutoscalingPolicy of(
            @Nullable Integer min,
            @Nullable Integer max,
            @Nullable Double targetConcurrency,
            @Nullable Double targetRequestsPerSecond,
            @Nullable Timespan scaleDownDelay) {
        return of(min, max, targetConcurrency, targetRequestsPerSecond, null, null, scaleDownDelay);
    }

    /** {@code cpu} or {@code memory} where a share of one of them is all that decides; else empty. */
    public String plainly() {
        var only = metrics.size() == 1 ? metrics.getFirst() : null;
        return only != null && only.resource() != null && only.target().averageUtilization() != null
                ? only.resource().name()
                : "";
    }

    /** What one replica should have, in the unit of {@link #byConcurrency}; of {@link #plainly} percent. */
    @JsonIgnore
    public double target() {
        var percent = plainly().isEmpty() ? null : metrics.getFirst().target().averageUtilization();
        if (percent != null) {
            return percent;
        }
        var target = targetConcurrency == null ? targetRequestsPerSecond : targetConcurrency;
        return target == null ? 1 : target;
    }

    @JsonIgnore
    public boolean byConcurrency() {
        return targetConcurrency != null;
    }

    /** The cluster's own autoscaler decides, not the gateway's counters. */
    @JsonIgnore
    public boolean byCluster() {
        return !metrics.isEmpty();
    }

    /** {@code 2 in flight per replica}, {@code cpu at 70 %}. */
    public String words() {
        return byCluster()
                ? metrics.stream().map(ScalingMetric::words).collect(Collectors.joining(" and "))
                : plain(target()) + (byConcurrency() ? " in flight per replica" : " requests a second per replica");
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }

    /** What the cluster is told. */
    Autoscaler autoscaler() {
        return new Autoscaler(min, max, metrics, ScalingBehavior.calm(behavior, (int)
                scaleDownDelay.value().toSeconds()));
    }

    public int clamp(int replicas) {
        return Math.clamp(replicas, min, max);
    }

    private static Refusal wrong(String field, String message) {
        return new Refusal.Invalid("invalid-autoscaling", "autoscaling." + field, message);
    }
}
