package dev.tidewright.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.Refusal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class PodFieldsTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    @Test
    void linesOfAFormAreReadAsTheyAreShown() {
        var fields =
                PodFields.lines("disk=ssd\n\n zone = a ", "gpu=a100:NoSchedule\nspot:NoExecute for 60\ngpu", "token");
        java.util.Objects.requireNonNull(fields);
        assertThat(fields.nodeSelector()).containsExactly(Map.entry("disk", "ssd"), Map.entry("zone", "a"));
        assertThat(fields.tolerations())
                .containsExactly(
                        new Toleration("gpu", "Equal", "a100", "NoSchedule", null),
                        new Toleration("spot", "Exists", null, "NoExecute", 60L),
                        new Toleration("gpu", "Exists", null, null, null));
        assertThat(PodFields.lines("disk=ssd\nzone=a", fields.tolerationLines(), fields.secretLines()))
                .isEqualTo(fields);
        assertThat(PodFields.lines(" ", null, "\n")).isNull();
    }

    @Test
    void whatIsStoredIsReadAgain() {
        var fields = PodFields.of(
                Map.of("disk", "ssd"), List.of(Toleration.of("a", "Exists", null, "NoExecute", 0L)), List.of("x"));
        var text = JSON.writeValueAsString(fields);
        assertThat(text).doesNotContain("empty").doesNotContain("null");
        assertThat(JSON.readValue(text, PodFields.class)).isEqualTo(fields);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"nodeSelector":{"a b":"c"}}                                      | pod.nodeSelector.a b
            {"nodeSelector":{"a":null}}                                       | pod.nodeSelector.a
            {"tolerations":[null]}                                            | pod.tolerations
            {"tolerations":[{"operator":"Like","key":"a"}]}                   | pod.tolerations.operator
            {"tolerations":[{"value":"a"}]}                                   | pod.tolerations.key
            {"tolerations":[{"key":"a","operator":"Exists","value":"b"}]}     | pod.tolerations.value
            {"tolerations":[{"key":"a","effect":"Never"}]}                    | pod.tolerations.effect
            {"tolerations":[{"key":"a","tolerationSeconds":3}]}               | pod.tolerations.tolerationSeconds
            {"imagePullSecrets":["A"]}                                        | pod.imagePullSecrets
            {"imagePullSecrets":["../x"]}                                     | pod.imagePullSecrets
            """)
    void whatIsWrongIsNamed(String json, String field) {
        assertThatThrownBy(() -> JSON.readValue(json, PodFields.class))
                .hasRootCauseInstanceOf(Refusal.Invalid.class)
                .rootCause()
                .satisfies(cause -> assertThat(
                                ((Refusal.Invalid) cause).errors().getFirst().field())
                        .isEqualTo(field));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu a100", "a=b=c:NoSchedule", "a:NoExecute for ever"})
    void linesThatAreNoTaintAreRefused(String line) {
        assertThatThrownBy(() -> Toleration.parse(line)).isInstanceOf(Refusal.Invalid.class);
    }
}
