package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.AutoscalerStatus;
import dev.tidewright.cluster.AutoscalerStatus.Reading;
import dev.tidewright.kernel.Text;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerCondition;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricStatus;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricTarget;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricValueStatus;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a HorizontalPodAutoscaler says of itself, in the port's words. Pure. */
final class Autoscalers {

    private static final int SENTENCE = 400;

    private Autoscalers() {}

    static AutoscalerStatus status(HorizontalPodAutoscaler autoscaler, Deployment deployment) {
        var readings = readings(autoscaler);
        var blind =
                condition(autoscaler, "ScalingActive", "False").or(() -> condition(autoscaler, "AbleToScale", "False"));
        var status = autoscaler.getStatus();
        var last = status == null ? null : status.getLastScaleTime();
        return new AutoscalerStatus(
                AutoscalerManifests.asked(autoscaler).orElse(null),
                deployment.getSpec().getReplicas(),
                blind.isEmpty(),
                blind.map(condition -> ScalingWords.trouble(
                                String.valueOf(condition.getReason()), String.valueOf(condition.getMessage())))
                        .orElseGet(() -> why(autoscaler, readings)),
                readings,
                last == null ? null : Times.of(last, Instant.EPOCH),
                numberedBy(deployment));
    }

    /**
     * Of one that the API server does not take.
     *
     * @param asked what it was asked to take; null when it is to be asked again
     * @param before whether the one of before is still there
     */
    static AutoscalerStatus refused(@Nullable Autoscaler asked, String why, boolean before, Deployment deployment) {
        var meanwhile = before ? "the policy of before goes on deciding" : "the number of replicas stays as it is";
        return new AutoscalerStatus(
                asked,
                deployment.getSpec().getReplicas(),
                false,
                "the cluster does not take the autoscaler, and " + meanwhile + ": " + Text.shortened(why, SENTENCE),
                List.of(),
                null,
                numberedBy(deployment));
    }

    private static @Nullable String numberedBy(Deployment deployment) {
        var others = Alterations.numberedBy(deployment);
        return others.isEmpty() ? null : String.join(" and ", others);
    }

    /** Of several metrics the one that asks for most decides. */
    private static String why(HorizontalPodAutoscaler autoscaler, List<Reading> readings) {
        var decisive = readings.stream()
                .filter(reading -> reading.current() != null)
                .max(Comparator.comparingDouble(Reading::ratio));
        if (decisive.isEmpty()) {
            return "";
        }
        var reading = decisive.get();
        var bounds = autoscaler.getSpec();
        var limited = condition(autoscaler, "ScalingLimited", "True")
                .map(condition -> ScalingWords.limited(
                        String.valueOf(condition.getReason()),
                        String.valueOf(condition.getMessage()),
                        bounds.getMinReplicas(),
                        bounds.getMaxReplicas()))
                .orElse("");
        var calm = condition(autoscaler, "AbleToScale", "True")
                .map(condition -> ScalingWords.held(String.valueOf(condition.getReason())))
                .orElse("");
        return words(reading) + (limited.isEmpty() ? calm : limited);
    }

    /** {@code cpu 83 % of 70 %}. */
    static String words(Reading reading) {
        var unit = reading.unit().isEmpty() ? "" : " " + reading.unit();
        return reading.metric() + " " + number(Objects.requireNonNullElse(reading.current(), 0.0))
                + (unit.equals(" %") ? unit : "") + ", the target is " + number(reading.target()) + unit;
    }

    private static List<Reading> readings(HorizontalPodAutoscaler autoscaler) {
        var status = autoscaler.getStatus();
        var current = status == null || status.getCurrentMetrics() == null
                ? List.<MetricStatus>of()
                : status.getCurrentMetrics();
        return autoscaler.getSpec().getMetrics().stream()
                .map(spec -> reading(spec, current))
                .toList();
    }

    private static Reading reading(MetricSpec spec, List<MetricStatus> all) {
        var target = target(spec);
        var value = all.stream()
                .filter(status -> Objects.equals(status.getType(), spec.getType()))
                .filter(status -> name(status).equals(name(spec)))
                .findFirst()
                .map(Autoscalers::current);
        return switch (target.getType()) {
            case "Utilization" ->
                new Reading(
                        name(spec),
                        value.map(MetricValueStatus::getAverageUtilization)
                                .map(Integer::doubleValue)
                                .orElse(null),
                        target.getAverageUtilization(),
                        "%");
            case "AverageValue" ->
                new Reading(
                        name(spec),
                        number(value.map(MetricValueStatus::getAverageValue)),
                        target.getAverageValue().getNumericalAmount().doubleValue(),
                        "per replica");
            default ->
                new Reading(
                        name(spec),
                        number(value.map(MetricValueStatus::getValue)),
                        target.getValue().getNumericalAmount().doubleValue(),
                        "");
        };
    }

    private static MetricTarget target(MetricSpec spec) {
        return switch (spec.getType()) {
            case "Resource" -> spec.getResource().getTarget();
            case "Pods" -> spec.getPods().getTarget();
            case "Object" -> spec.getObject().getTarget();
            default -> spec.getExternal().getTarget();
        };
    }

    private static String name(MetricSpec spec) {
        return switch (spec.getType()) {
            case "Resource" -> spec.getResource().getName();
            case "Pods" -> spec.getPods().getMetric().getName();
            case "Object" -> spec.getObject().getMetric().getName();
            default -> spec.getExternal().getMetric().getName();
        };
    }

    private static String name(MetricStatus status) {
        return switch (String.valueOf(status.getType())) {
            case "Resource" -> status.getResource().getName();
            case "Pods" -> status.getPods().getMetric().getName();
            case "Object" -> status.getObject().getMetric().getName();
            case "External" -> status.getExternal().getMetric().getName();
            default -> "";
        };
    }

    private static MetricValueStatus current(MetricStatus status) {
        return switch (status.getType()) {
            case "Resource" -> status.getResource().getCurrent();
            case "Pods" -> status.getPods().getCurrent();
            case "Object" -> status.getObject().getCurrent();
            default -> status.getExternal().getCurrent();
        };
    }

    private static @Nullable Double number(Optional<Quantity> quantity) {
        return quantity.map(Quantity::getNumericalAmount)
                .map(BigDecimal::doubleValue)
                .orElse(null);
    }

    private static String number(double value) {
        return BigDecimal.valueOf(value)
                .setScale(2, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString();
    }

    private static Optional<HorizontalPodAutoscalerCondition> condition(
            HorizontalPodAutoscaler autoscaler, String type, String status) {
        return autoscaler.getStatus() == null || autoscaler.getStatus().getConditions() == null
                ? Optional.empty()
                : autoscaler.getStatus().getConditions().stream()
                        .filter(condition -> type.equals(condition.getType()) && status.equals(condition.getStatus()))
                        .findFirst();
    }
}
