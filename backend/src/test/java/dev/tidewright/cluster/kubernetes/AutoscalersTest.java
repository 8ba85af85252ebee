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
        "ScalingLimited,True,TooManyReplicas,more than the 10 allowed would be needed: a higher maximum would let them come",
        "ScalingLimited,True,TooFewReplicas,fewer than the 1 at least would be enough",
        "ScalingLimited,True,ScaleUpLimit,its behaviour lets replicas come only step by step",
        "ScalingLimited,True,ScaleDownLimit,its behaviour lets replicas go only step by step",
        "ScalingLimited,True,NewLimit,'something limits it, NewLimit (the cluster says: why)'",
        "ScalingLimited,False,DesiredWithinRange,the target is 50 per replica",
        "AbleToScale,True,ReadyForNewScale,the target is 50 per replica",
        "AbleToScale,True,SucceededRescale,the target is 50 per replica",
        "AbleToScale,True,ScaleUpStabilized,'it waits before more come, as its behaviour says'",
        "AbleToScale,True,ScaleDownStabilized,it waits for calm before replicas go"
    })
    void whatHoldsItBackIsSaid(String type, String status, String reason, String words) {
        assertThat(status(condition(type, status, reason, "why")).sentence()).endsWith(words);
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

    /** Messages as the controller of Kubernetes 1.36 writes them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ScalingActive | FailedGetResourceMetric | the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request | what its replicas use cannot be read: look whether metrics-server is ready (the cluster says: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server is currently unable to handle the request)",
                "ScalingActive | FailedGetContainerResourceMetric | the HPA was unable to compute the replica count: failed to get cpu utilization: container side not found in Pod p | what a container of its replicas uses cannot be read: look whether metrics-server is ready (the cluster says: container side not found in Pod p)",
                "ScalingActive | FailedGetPodsMetric | the HPA was unable to compute the replica count: unable to get metric q: timeout | the metric of its replicas cannot be read: look whether the adapter of custom metrics is ready and has a rule for it (the cluster says: unable to get metric q: timeout)",
                "ScalingActive | FailedGetPodsMetric | the HPA was unable to compute the replica count: unable to get metric q: no metrics returned from custom metrics API | the adapter of custom metrics has no value of it: look whether the replicas report the metric",
                "ScalingActive | FailedGetObjectMetric | the HPA was unable to compute the replica count: failed to get q object metric: gone | the metric of the object cannot be read: check the object's name, and whether the adapter of custom metrics is ready and has a rule for it (the cluster says: gone)",
                "ScalingActive | FailedGetExternalMetric | the HPA was unable to compute the replica count: failed to get external metric q: gone | the external metric cannot be read: check its name and labels, and whether its adapter is ready (the cluster says: gone)",
                "ScalingActive | FailedGetExternalMetric | the HPA was unable to compute the replica count: unable to get external metric team/q/nil: no metrics returned from external metrics API | the adapter of external metrics has no value of it: check the metric's name and labels, and what feeds it",
                "ScalingActive | FailedGetResourceMetric | the HPA was unable to compute the replica count: failed to get cpu utilization: no pods returned by selector while calculating replica count | there is no replica yet that could be measured: look why none starts",
                "ScalingActive | InvalidMetricSourceType | the HPA was unable to compute the replica count: unknown metric source type X | the cluster does not know this kind of metric: scale by another one (the cluster says: unknown metric source type X)",
                "ScalingActive | ScalingDisabled | scaling is disabled since the replica count of the target is zero | it decides nothing while there is no replica: give the endpoint one",
                "ScalingActive | InvalidSelector | the HPA target's scale is missing a selector | it cannot tell which replicas to count: deploy the endpoint anew (the cluster says: the HPA target's scale is missing a selector)",
                "ScalingActive | AmbiguousSelector | pods by selector a=b are controlled by multiple HPAs: [t/a t/b] | another autoscaler counts the same replicas: delete the one that is not this endpoint's (the cluster says: pods by selector a=b are controlled by multiple HPAs: [t/a t/b])",
                "AbleToScale | FailedGetScale | the HPA controller was unable to get the target's current scale: not found | it cannot read how many replicas there are: if this lasts, an admin of the cluster should look (the cluster says: not found)",
                "AbleToScale | FailedUpdateScale | the HPA controller was unable to update the target scale: refused | it cannot change the number of replicas: if this lasts, an admin of the cluster should look what refuses it (the cluster says: refused)",
                "AbleToScale | BackoffBoth | the time since the previous scale is still within both the downscale and upscale forbidden windows | it changed the number a moment ago, and waits some minutes before the next change",
                "AbleToScale | BackoffUpscale | the time since the previous scale is still within the upscale forbidden window | it changed the number a moment ago, and waits some minutes before more replicas come",
                "AbleToScale | BackoffDownscale | the time since the previous scale is still within the downscale forbidden window | it changed the number a moment ago, and waits some minutes before replicas go",
                "ScalingActive | BrandNew | what nobody knows | for a reason that is not known here, BrandNew: an admin of the cluster should look (the cluster says: what nobody knows)",
                "ScalingActive | BrandNew | '' | for a reason that is not known here, BrandNew: an admin of the cluster should look"
            })
    void whyItCannotDecideIsSaidInWordsOfOurs(String type, String reason, String message, String sentence) {
        assertThat(status(condition(type, "False", reason, message)).sentence()).isEqualTo(sentence);
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
