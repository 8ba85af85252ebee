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
    @CsvSource(delimiter = '|', quoteCharacter = '\0', textBlock = """
            {"nodeSelector":{"a b":"c"}}                                  | pod.nodeSelector.a b     | "a b" is no key
            {"nodeSelector":{"":"c"}}                                     | pod.nodeSelector         | "" is no key
            {"nodeSelector":{"a":null}}                                   | pod.nodeSelector.a       | value is missing
            {"nodeSelector":{"a":"b c"}}                                  | pod.nodeSelector.a       | "b c" is no value
            {"tolerations":[{"operator":"Exists"},null]}                  | pod.tolerations[1]       | null
            {"tolerations":[{"operator":"Like","key":"a"}]}               | toleration.operator      | Exists
            {"tolerations":[{"value":"a"}]}                               | toleration.key           | which taint
            {"tolerations":[{"key":"a","operator":"Exists","value":"b"}]} | toleration.value         | no value
            {"tolerations":[{"key":"a","effect":"Never"}]}                | toleration.effect        | NoSchedule
            {"tolerations":[{"key":"a","tolerationSeconds":3}]}           | toleration.tolerationSeconds | seconds
            {"imagePullSecrets":["a",null]}                               | pod.imagePullSecrets[1]  | null
            {"imagePullSecrets":["a","A"]}                                | pod.imagePullSecrets[1]  | "A" is no name
            {"imagePullSecrets":["../x"]}                                 | pod.imagePullSecrets[0]  | no name
            """)
    void whatIsWrongIsNamed(String json, String field, String sentence) {
        assertThatThrownBy(() -> JSON.readValue(json, PodFields.class))
                .hasRootCauseInstanceOf(Refusal.Invalid.class)
                .rootCause()
                .hasMessageContaining(sentence)
                .satisfies(cause -> assertThat(
                                ((Refusal.Invalid) cause).errors().getFirst().field())
                        .isEqualTo(field));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpu a100", "a=b=c:NoSchedule", "a:NoExecute for ever", "a=b c:NoSchedule", "a:Never"})
    void linesThatAreNoTaintAreRefused(String line) {
        assertThatThrownBy(() -> Toleration.parse(line)).isInstanceOf(Refusal.Invalid.class);
    }
}
