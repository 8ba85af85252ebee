package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.AutoscalerStatus;
import dev.tidewright.cluster.ScalingBehavior;
import dev.tidewright.cluster.ScalingMetric;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscalerStatus;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AutoscalersTest {

    private static final WorkloadId ID = new WorkloadId(new Name("team"), "revision", "echo-r1");
    private static final Deployment DEPLOYMENT = new DeploymentBuilder()
            .withNewMetadata()
            .withName("echo-r1")
            .withNamespace("team")
            .withUid("u-1")
            .endMetadata()
            .withNewSpec()
            .withReplicas(3)
            .endSpec()
            .build();
    private static final Autoscaler ASKED = new Autoscaler(
            1,
            10,
            List.of(ScalingMetric.utilization("cpu", 70), ScalingMetric.pods("inference_requests_per_second", "50")),
            ScalingBehavior.calm(null, 60));

    private static final String READ = """
            {"currentReplicas": 3, "desiredReplicas": 10, "lastScaleTime": "2026-03-01T10:00:00Z",
             "currentMetrics": [
               {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 35, "averageValue": "35m"}}},
               {"type": "Pods", "pods": {"metric": {"name": "inference_requests_per_second"},
                 "current": {"averageValue": "83500m"}}}],
             "conditions": [%s]}""";

    @Test
    void anAutoscalerIsWrittenInFullAndReadAgain() {
        var made = made();
        assertThat(made.getMetadata().getOwnerReferences())
                .singleElement()
                .satisfies(owner -> assertThat(owner.getUid()).isEqualTo("u-1"));
        assertThat(made.getSpec().getScaleTargetRef().getName()).isEqualTo("echo-r1");
        assertThat(made.getSpec().getMetrics()).hasSize(2);
        assertThat(made.getSpec().getBehavior().getScaleDown().getStabilizationWindowSeconds())
                .isEqualTo(60);
        assertThat(made.getSpec().getBehavior().getScaleUp().getPolicies()).hasSize(2);
        assertThat(AutoscalerManifests.asked(made)).contains(ASKED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1e3", "12E", "5u", "1n", "0.1n", ".5", "5.", "+1e+3", "1E-9", "200Mi", "8Ei"})
    void quantitiesAreThoseOfKubernetes(String amount) {
        ScalingMetric.pods("queue", amount).check("metrics[0]");
        var deployed = new AutoscalerManifests(new Labels("test"))
                .of(
                        ID,
                        new Autoscaler(
                                1, 2, List.of(ScalingMetric.pods("queue", amount)), ScalingBehavior.calm(null, 60)),
                        DEPLOYMENT);
        assertThat(deployed.getSpec()
                        .getMetrics()
                        .getFirst()
                        .getPods()
                        .getTarget()
                        .getAverageValue()
                        .getNumericalAmount())
                .isPositive();
    }

    @Test
    void whatTheApiServerRefusesIsToldInItsOwnWordsAndStandsAsAsked() {
        var status = Autoscalers.refused(ASKED, "spec.metrics[0]: Invalid value", false, DEPLOYMENT);
        assertThat(status.applied()).isEqualTo(ASKED);
        assertThat(status.working()).isFalse();
        assertThat(status.replicas()).isEqualTo(3);
        assertThat(status.sentence())
                .isEqualTo("the cluster does not take the autoscaler, and the number of replicas stays as it is:"
                        + " spec.metrics[0]: Invalid value");
        assertThat(Autoscalers.refused(null, "no", true, DEPLOYMENT).sentence())
                .contains("the policy of before goes on deciding");
    }

    @Test
    void theMetricThatAsksForMostIsTheReason() {
        var status = status("");
        assertThat(status.working()).isTrue();
        assertThat(status.replicas()).isEqualTo(3);
        assertThat(status.sentence()).isEqualTo("inference_requests_per_second 83.5, the target is 50 per replica");
        assertThat(status.readings())
                .extracting(AutoscalerStatus.Reading::current)
                .containsExactly(35.0, 83.5);
    }

    @ParameterizedTest
    @CsvSource({
        "ScalingLimited,True,TooManyReplicas,more than the 10 allowed would be needed",
        "ScalingLimited,True,TooFewReplicas,fewer than the 1 at least would be enough",
        "ScalingLimited,True,ScaleUpLimit,the target is 50 per replica",
        "AbleToScale,True,ScaleDownStabilized,it waits for calm before replicas go"
    })
    void whatHoldsItBackIsSaid(String type, String status, String reason, String words) {
        assertThat(status(condition(type, status, reason, "")).sentence()).endsWith(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "the HPA was unable to compute the replica count: unable to get metric inference_requests_per_second: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered | prometheus-adapter",
                "the HPA was unable to compute the replica count: unable to get external metric team/queue/nil: unable to fetch metrics from external metrics API: no external metrics API (external.metrics.k8s.io) registered | KEDA",
                "the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io) | install metrics-server",
                "the HPA was unable to compute the replica count: failed to get cpu utilization: did not receive metrics for targeted pods (pods might be unready) | not been measured yet",
                "the HPA was unable to compute the replica count: failed to get cpu utilization: missing request for cpu in container main of Pod echo-r1-abc | give cpu and memory",
                "the HPA was unable to compute the replica count: failed to get memory utilization: something new happened | something new happened"
            })
    void whatItCannotReadIsSaidWithTheRemedy(String message, String words) {
        var status = status(condition("ScalingActive", "False", "FailedGetMetric", message));
        assertThat(status.working()).isFalse();
        assertThat(status.sentence()).contains(words).doesNotContain("the HPA was unable");
    }

    private static HorizontalPodAutoscaler made() {
        return new AutoscalerManifests(new Labels("test")).of(ID, ASKED, DEPLOYMENT);
    }

    private static AutoscalerStatus status(String conditions) {
        var autoscaler = made();
        autoscaler.setStatus(Serialization.unmarshal(READ.formatted(conditions), HorizontalPodAutoscalerStatus.class));
        return Autoscalers.status(autoscaler, DEPLOYMENT);
    }

    private static String condition(String type, String status, String reason, String message) {
        return "{\"type\": \"%s\", \"status\": \"%s\", \"reason\": \"%s\", \"message\": \"%s\"}"
                .formatted(type, status, reason, message);
    }
}
