package dev.tidewright.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.cluster.Capabilities;
import dev.tidewright.cluster.ScalingBehavior;
import dev.tidewright.cluster.ScalingMetric;
import dev.tidewright.kernel.Refusal;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class AutoscalingPolicyTest {

    /** As articles about serving on Kubernetes show them. */
    private static final String CPU = """
            {"min": 1, "max": 10, "metrics": [{"type": "Resource", "resource": {"name": "cpu",
              "target": {"type": "Utilization", "averageUtilization": 70}}}]}""";

    private static final String REQUESTS = """
            {"min": 1, "max": 20, "metrics": [{"type": "Pods", "pods": {
              "metric": {"name": "inference_requests_per_second"},
              "target": {"type": "AverageValue", "averageValue": "50"}}}],
              "behavior": {"scaleDown": {"stabilizationWindowSeconds": 300,
                "policies": [{"type": "Percent", "value": 10, "periodSeconds": 60}]}}}""";

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void tenToSeventyPercentOfCpu() {
        var policy = read(CPU);
        assertThat(policy.byCluster()).isTrue();
        assertThat(policy.plainly()).isEqualTo("cpu");
        assertThat(policy.words()).isEqualTo("cpu at 70 %");
        assertThat(policy.autoscaler().max()).isEqualTo(10);
        assertThat(down(policy).stabilizationWindowSeconds())
                .as("the delay, unless the behavior says more")
                .isEqualTo(60);
    }

    @Test
    void twentyAtFiftyRequestsASecond() {
        var policy = read(REQUESTS);
        assertThat(policy.words()).isEqualTo("inference_requests_per_second at 50 per replica");
        assertThat(policy.plainly()).isEmpty();
        assertThat(policy.autoscaler().max()).isEqualTo(20);
        var down = down(policy);
        assertThat(down.stabilizationWindowSeconds()).isEqualTo(300);
        assertThat(down.policies()).hasSize(1);
    }

    @Test
    void whatIsReadIsWrittenAgainTheSame() {
        for (var text : List.of(CPU, REQUESTS)) {
            assertThat(read(JSON.writeValueAsString(read(text)))).isEqualTo(read(text));
        }
        assertThat(JSON.writeValueAsString(AutoscalingPolicy.of(1, 4, 2.0, null, null)))
                .as("what has no metrics says nothing of them")
                .doesNotContain("metrics")
                .doesNotContain("plainly");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"targetConcurrency\": 2, \"metrics\": [{\"type\":\"Resource\"}] | autoscaling.metrics",
                "\"metrics\": [{\"type\":\"Resource\"}] | autoscaling.metrics[0].type",
                "\"metrics\": [{\"type\":\"Widgets\",\"resource\":{\"name\":\"cpu\"}}] | autoscaling.metrics[0].type",
                "\"metrics\": [{\"type\":\"Resource\",\"resource\":{\"name\":\"gpu\"}}] | autoscaling.metrics[0].resource.name",
                "\"metrics\": [{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\"}}] | autoscaling.metrics[0].resource.target.type",
                "\"metrics\": [{\"type\":\"Resource\",\"resource\":{\"name\":\"cpu\",\"target\":{\"type\":\"Utilization\",\"averageUtilization\":0}}}] | autoscaling.metrics[0].resource.target.averageUtilization",
                "\"metrics\": [{\"type\":\"Pods\",\"pods\":{\"metric\":{\"name\":\"\"},\"target\":{\"type\":\"AverageValue\",\"averageValue\":\"5\"}}}] | autoscaling.metrics[0].pods.metric.name",
                "\"metrics\": [{\"type\":\"Pods\",\"pods\":{\"metric\":{\"name\":\"a\"},\"target\":{\"type\":\"AverageValue\",\"averageValue\":\"0\"}}}] | autoscaling.metrics[0].pods.target.averageValue",
                "\"metrics\": [{\"type\":\"Pods\",\"pods\":{\"metric\":{\"name\":\"a\"},\"target\":{\"type\":\"AverageValue\",\"averageValue\":\"-5\"}}}] | autoscaling.metrics[0].pods.target.averageValue",
                "\"metrics\": [null] | autoscaling.metrics",
                "\"targetConcurrency\": 2, \"behavior\": {} | autoscaling.behavior"
            })
    void whatCannotBeMeantIsRefusedWithTheField(String text, String field) {
        assertThatThrownBy(() -> read("{\"min\": 1, \"max\": 4, " + text + "}"))
                .rootCause()
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refusal ->
                                assertThat(refusal.errors().getFirst().field()).isEqualTo(field));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            queue/../length | Kind  | apps/v1 | web | object.metric.name
            a%2Fb           | Kind  | apps/v1 | web | object.metric.name
            ..              | Kind  | apps/v1 | web | object.metric.name
            queue           | a/b   | apps/v1 | web | object.describedObject.kind
            queue           | Kind  | a/b/c   | web | object.describedObject.apiVersion
            queue           | Kind  | apps/v1 | a/b | object.describedObject.name
            queue           | Kind  | apps/v1 | .   | object.describedObject.name
            """)
    void whatCannotBePartOfAPathIsRefusedWithTheField(
            String metric, String kind, String apiVersion, String name, String field) {
        var text = """
                {"max": 4, "metrics": [{"type": "Object", "object": {
                  "describedObject": {"apiVersion": "%s", "kind": "%s", "name": "%s"},
                  "metric": {"name": "%s"}, "target": {"type": "Value", "value": "1"}}}]}""".formatted(apiVersion, kind, name, metric);
        assertThatThrownBy(() -> read(text))
                .rootCause()
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refusal -> assertThat(refusal.errors().getFirst().field())
                                .isEqualTo("autoscaling.metrics[0]." + field));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0e3", "0", ".0", "-1", "1 Mi", "e3", "1Mib", "1e", "1e400", "."})
    void whatIsNoQuantityAboveZeroIsRefused(String amount) {
        assertThatThrownBy(() -> ScalingMetric.pods("queue", amount).check("metrics[0]"))
                .hasMessageContaining("above 0");
    }

    @Test
    void aClusterWithoutAnAutoscalerSaysWhatToUseInstead() {
        var metrics = List.of(ScalingMetric.utilization("cpu", 70));
        assertThatThrownBy(() -> new Capabilities(false, false, false).requireFor(metrics, "autoscaling.metrics"))
                .hasMessageContaining("targetConcurrency");
        new Capabilities(false, false, false).requireFor(List.<ScalingMetric>of(), "autoscaling.metrics");
        new Capabilities(false, false, true).requireFor(metrics, "autoscaling.metrics");
    }

    @Test
    void formsGiveTheSame() {
        assertThat(new PolicyFields("cpu", 1, 10, 70.0, null, "60s").policy(null))
                .isEqualTo(read(CPU));
        assertThat(new PolicyFields("rate", 1, 3, 5.0, "[]", "").policy(null))
                .isEqualTo(AutoscalingPolicy.of(1, 3, null, 5.0, null));
        assertThat(new PolicyFields(
                                "metrics",
                                1,
                                10,
                                null,
                                JSON.writeValueAsString(read(CPU).metrics()),
                                null)
                        .policy(null))
                .isEqualTo(read(CPU));
        assertThatThrownBy(() -> new PolicyFields("cpu", 1, 10, 0.7, null, null).policy(null))
                .hasMessageContaining("percent");
        assertThatThrownBy(() -> new PolicyFields("metrics", 1, 10, null, "{", null).policy(null))
                .hasMessageContaining("no list of metrics");
    }

    private static ScalingBehavior.Rules down(AutoscalingPolicy policy) {
        return Objects.requireNonNull(policy.autoscaler().behavior().scaleDown());
    }

    private static AutoscalingPolicy read(String text) {
        return JSON.readValue(text, AutoscalingPolicy.class);
    }
}
