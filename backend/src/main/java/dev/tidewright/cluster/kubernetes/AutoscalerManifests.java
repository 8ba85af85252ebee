package dev.tidewright.cluster.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.ScalingBehavior;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingRules;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HPAScalingRulesBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.MetricSpec;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Autoscalers as Kubernetes' HorizontalPodAutoscalers, and back. Pure. */
final class AutoscalerManifests {

    /** The autoscaler as it was asked for: what the API server makes of it has defaults and other ways of writing. */
    private static final String ASKED = "tidewright.dev/autoscaler";

    private static final String SPEC = "f:spec";

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Labels labels;

    AutoscalerManifests(Labels labels) {
        this.labels = labels;
    }

    /** @param deployment whose replicas it decides; it goes with it */
    HorizontalPodAutoscaler of(WorkloadId id, Autoscaler autoscaler, HasMetadata deployment) {
        var target = deployment.getMetadata();
        return new HorizontalPodAutoscalerBuilder()
                .withNewMetadata()
                .withName(target.getName())
                .withNamespace(target.getNamespace())
                .withLabels(labels.of(id))
                .addToAnnotations(Labels.WORKLOAD, id.name())
                .addToAnnotations(ASKED, written(autoscaler))
                .addNewOwnerReference()
                .withApiVersion("apps/v1")
                .withKind("Deployment")
                .withName(target.getName())
                .withUid(target.getUid())
                .endOwnerReference()
                .endMetadata()
                .withNewSpec()
                .withNewScaleTargetRef("apps/v1", "Deployment", target.getName())
                .withMinReplicas(autoscaler.min())
                .withMaxReplicas(autoscaler.max())
                .withMetrics(autoscaler.metrics().stream()
                        .map(metric -> JSON.convertValue(metric, MetricSpec.class))
                        .toList())
                .withNewBehavior()
                .withScaleUp(rules(autoscaler.behavior().scaleUp(), 0, true))
                .withScaleDown(rules(autoscaler.behavior().scaleDown(), 300, false))
                .endBehavior()
                .endSpec()
                .build();
    }

    /** Every field is given, with Kubernetes' own default where nothing was: a field that is not given could be another's. */
    private static HPAScalingRules rules(ScalingBehavior.@Nullable Rules asked, int window, boolean up) {
        var rules = new HPAScalingRulesBuilder()
                .withStabilizationWindowSeconds(
                        asked == null || asked.stabilizationWindowSeconds() == null
                                ? Integer.valueOf(window)
                                : asked.stabilizationWindowSeconds())
                .withSelectPolicy(asked == null || asked.selectPolicy() == null ? "Max" : asked.selectPolicy());
        var steps = asked == null || asked.policies() == null ? List.<ScalingBehavior.Step>of() : asked.policies();
        if (steps.isEmpty()) {
            rules.addNewPolicy(15, "Percent", 100);
            if (up) {
                rules.addNewPolicy(15, "Pods", 4);
            }
        }
        steps.forEach(step -> rules.addNewPolicy(step.periodSeconds(), step.type(), step.value()));
        return rules.build();
    }

    /** What it was asked to be; empty when somebody else has changed it since. */
    static Optional<Autoscaler> asked(HorizontalPodAutoscaler autoscaler) {
        var annotations = autoscaler.getMetadata().getAnnotations();
        var text = annotations == null ? null : annotations.get(ASKED);
        if (text == null || !edits(autoscaler).isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(JSON.readValue(text, Autoscaler.class));
        } catch (JsonProcessingException | RuntimeException foreign) {
            return Optional.empty();
        }
    }

    /** Applying takes every field of the spec for us; whoever has one there has changed it after that. */
    static List<ManagedFieldsEntry> edits(HorizontalPodAutoscaler autoscaler) {
        var managers = autoscaler.getMetadata().getManagedFields();
        return managers == null
                ? List.of()
                : managers.stream()
                        .filter(entry -> !Labels.PLATFORM.equals(entry.getManager()))
                        .filter(entry -> entry.getSubresource() == null
                                || entry.getSubresource().isEmpty())
                        .filter(entry -> entry.getFieldsV1() != null
                                && entry.getFieldsV1().getAdditionalProperties().containsKey(SPEC))
                        .toList();
    }

    private static String written(Autoscaler autoscaler) {
        try {
            return JSON.writeValueAsString(autoscaler);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
