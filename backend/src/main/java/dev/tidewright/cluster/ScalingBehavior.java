package dev.tidewright.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How fast a cluster's own autoscaler may move: a {@code HorizontalPodAutoscalerBehavior} of Kubernetes' {@code
 * autoscaling/v2}, field for field.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScalingBehavior(
        @Nullable Rules scaleUp, @Nullable Rules scaleDown) {

    private static final int HOUR = 3600;
    private static final int LONGEST_PERIOD = 1800;

    /**
     * One direction.
     *
     * @param stabilizationWindowSeconds how long back the most cautious proposal counts, 0 to 3600
     * @param selectPolicy {@code Max}, {@code Min} or {@code Disabled}; null is {@code Max}
     * @param policies null or empty leaves Kubernetes' own
     */
    @JsonInclude(JsonInclude.Include.NON_EMPTY)
    public record Rules(
            @Nullable Integer stabilizationWindowSeconds,
            @Nullable String selectPolicy,
            @Nullable List<Step> policies) {}

    /**
     * A change that is allowed within a time.
     *
     * @param type {@code Pods} or {@code Percent}
     * @param value above 0
     * @param periodSeconds 1 to 1800
     */
    public record Step(String type, int value, int periodSeconds) {}

    /** The same, where nothing else is said, with this much calm before replicas go. */
    public static ScalingBehavior calm(@Nullable ScalingBehavior given, int seconds) {
        var down = given == null ? null : given.scaleDown();
        if (given != null && down != null && down.stabilizationWindowSeconds() != null) {
            return given;
        }
        return new ScalingBehavior(
                given == null ? null : given.scaleUp(),
                new Rules(seconds, down == null ? null : down.selectPolicy(), down == null ? null : down.policies()));
    }

    /** Refuses what no autoscaler would take; {@code field} is named in the refusal. */
    public void check(String field) {
        check(field + ".scaleUp", scaleUp);
        check(field + ".scaleDown", scaleDown);
    }

    private static void check(String field, @Nullable Rules rules) {
        if (rules == null) {
            return;
        }
        var window = rules.stabilizationWindowSeconds();
        if (window != null && (window < 0 || window > HOUR)) {
            throw wrong(field + ".stabilizationWindowSeconds", "give 0 to " + HOUR);
        }
        if (rules.selectPolicy() != null && !List.of("Max", "Min", "Disabled").contains(rules.selectPolicy())) {
            throw wrong(field + ".selectPolicy", "give Max, Min or Disabled");
        }
        for (var step : rules.policies() == null ? List.<Step>of() : rules.policies()) {
            if (step == null
                    || !List.of("Pods", "Percent").contains(String.valueOf(step.type()))
                    || step.value() < 1
                    || step.periodSeconds() < 1
                    || step.periodSeconds() > LONGEST_PERIOD) {
                throw wrong(
                        field + ".policies",
                        "give type Pods or Percent, a value above 0 and periodSeconds from 1 to " + LONGEST_PERIOD);
            }
        }
    }

    private static Refusal wrong(String field, String message) {
        return new Refusal.Invalid("invalid-autoscaling", field, message);
    }
}
