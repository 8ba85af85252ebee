package dev.tidewright.serving;

import dev.tidewright.cluster.ScalingMetric;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import dev.tidewright.kernel.Timespan;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A policy as forms send it.
 *
 * @param scaleBy {@code concurrency}, {@code rate}, {@code cpu}, {@code memory} or {@code metrics}
 * @param target per replica; of cpu and memory percent of what is requested
 * @param metrics of {@code metrics}: a list as in {@code autoscaling/v2}, as JSON
 */
public record PolicyFields(
        String scaleBy,
        @Nullable Integer min,
        @Nullable Integer max,
        @Nullable Double target,
        @Nullable String metrics,
        @Nullable String scaleDownDelay) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    public AutoscalingPolicy policy(@Nullable AutoscalingPolicy before) {
        var delay = scaleDownDelay == null || scaleDownDelay.isBlank() ? null : Timespan.of(scaleDownDelay.strip());
        var looksAt = switch (scaleBy) {
            case "cpu", "memory" -> List.<@Nullable ScalingMetric>of(ScalingMetric.utilization(scaleBy, percent()));
            case "metrics" -> listed();
            default -> List.<@Nullable ScalingMetric>of();
        };
        var behavior = looksAt.isEmpty() || before == null ? null : before.behavior();
        return AutoscalingPolicy.of(
                min,
                max,
                scaleBy.equals("concurrency") ? target : null,
                scaleBy.equals("rate") ? target : null,
                looksAt,
                behavior,
                delay);
    }

    private int percent() {
        if (target == null || target != Math.rint(target) || target < 1 || target > 1000) {
            throw new Refusal.Invalid(
                    "invalid-autoscaling",
                    "autoscaling.target",
                    "give a whole number of percent from 1 to 1000, such as 70");
        }
        return target.intValue();
    }

    private List<@Nullable ScalingMetric> listed() {
        try {
            return JSON.readValue(metrics == null ? "" : metrics, new TypeReference<>() {});
        } catch (JacksonException malformed) {
            throw new Refusal.Invalid(
                    "invalid-autoscaling",
                    "autoscaling.metrics",
                    "this is no list of metrics: " + Text.shortened(malformed.getOriginalMessage(), 200));
        }
    }
}
