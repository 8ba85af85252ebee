package dev.tidewright.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.training.JobSpec.JobSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

class JobRulesTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final JobSource NOTEBOOK = new JobSource("notebook", "train.ipynb", "sha256:0", 1);
    private static final JobSource ARCHIVE = new JobSource("archive", "code.zip", "sha256:0", 1);

    @Test
    void everythingHasADefault() {
        var spec = JobRules.spec(asked("{}"), NOTEBOOK);
        assertThat(spec.entryPoint()).isEqualTo("train.ipynb");
        assertThat(spec.command()).isNull();
        assertThat(spec.resources().cpu()).isEqualTo("1");
        assertThat(spec.resources().memory()).isEqualTo("1Gi");
        assertThat(spec.deadline()).isEqualTo("1d");
        assertThat(spec.keep()).containsExactly("**");
        assertThat(spec.retries()).isEqualTo(JobSpec.Retries.NONE);
    }

    @Test
    void scalarsKeepTheirType() {
        var spec = JobRules.spec(asked("{\"parameters\":{\"a\":0.5,\"b\":3,\"c\":true,\"d\":\"x\"}}"), NOTEBOOK);
        assertThat(spec.parameters())
                .containsEntry("a", 0.5)
                .containsEntry("b", 3)
                .containsEntry("c", true);
    }

    static Stream<List<String>> wrong() {
        return Stream.of(
                List.of("{}", "source"),
                List.of("{\"command\":[\"\"]}", "command[0]"),
                List.of("{\"command\":[\"a\",\"b\\u0000\"]}", "command[1]"),
                List.of("{\"command\":[\"a\"],\"entryPoint\":\"x.py\"}", "entryPoint"),
                List.of("{\"command\":[\"a\"],\"parameters\":{\"p\":[1]}}", "parameters.p"),
                List.of("{\"command\":[\"a\"],\"parameters\":{\"p\":1e999}}", "parameters.p"),
                List.of("{\"command\":[\"a\"],\"parameters\":{\"\":1}}", "parameters."),
                List.of("{\"command\":[\"a\"],\"environment\":{\"1A\":\"x\"}}", "environment.1A"),
                List.of(
                        "{\"command\":[\"a\"],\"environment\":{\"TIDEWRIGHT_TOKEN\":\"x\"}}",
                        "environment.TIDEWRIGHT_TOKEN"),
                List.of("{\"command\":[\"a\"],\"requirements\":[\"--index-url=http://x\"]}", "requirements[0]"),
                List.of("{\"command\":[\"a\"],\"resources\":{\"cpu\":\"-1\"}}", "resources.cpu"),
                List.of("{\"command\":[\"a\"],\"resources\":{\"cpu\":\"0\"}}", "resources.cpu"),
                List.of("{\"command\":[\"a\"],\"resources\":{\"memory\":\"16 GB\"}}", "resources.memory"),
                List.of(
                        "{\"command\":[\"a\"],\"resources\":{\"gpu\":{\"nvidia.com/gpu\":1000000000}}}",
                        "resources.gpu.nvidia.com/gpu"),
                List.of("{\"command\":[\"a\"],\"retries\":{\"limit\":11}}", "retries.limit"),
                List.of("{\"command\":[\"a\"],\"retries\":{\"limit\":1,\"onExitCodes\":[0]}}", "retries.onExitCodes"),
                List.of("{\"command\":[\"a\"],\"deadline\":\"8d\"}", "deadline"),
                List.of("{\"command\":[\"a\"],\"deadline\":\"soon\"}", "deadline"),
                List.of("{\"command\":[\"a\"],\"keep\":[\"../x\"]}", "keep[0]"),
                List.of("{\"command\":[\"a\"],\"labels\":{\"a b\":\"x\"}}", "labels.a b"),
                List.of("{\"command\":[\"a\"],\"deadline\":\"\"}", "deadline"),
                List.of("{\"command\":[\"a\"],\"entryPoint\":\"\"}", "entryPoint"),
                List.of("{\"command\":[\"a\"],\"resources\":{\"cpu\":\"\"}}", "resources.cpu"),
                List.of("{\"command\":[\"a\"],\"resources\":{\"memory\":\" \"}}", "resources.memory"),
                List.of("{\"command\":[\"a\"],\"name\":\"Bad Name\"}", "name"),
                List.of("{\"image\":\"\"}", "image"),
                List.of("{\"image\":\"a b\"}", "image"),
                List.of("{\"image\":\"http://x/y\"}", "image"),
                List.of("{\"image\":\"" + "a".repeat(300) + "\"}", "image"),
                List.of("{\"image\":\"foo@sha256:abc\"}", "image"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void everyWrongFieldIsNamed(List<String> sample) {
        assertThatThrownBy(() -> JobRules.spec(asked(sample.getFirst()), null))
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refusal -> assertThat(refusal.errors())
                                .extracting(Refusal.FieldError::field)
                                .containsExactly(sample.getLast()));
    }

    @Test
    void severalFaultsAreToldTogether() {
        var json =
                "{\"command\":[\"a\"],\"deadline\":\"x\",\"name\":\"A b\",\"resources\":{\"cpu\":\"x\",\"memory\":\"y\"}}";
        assertThatThrownBy(() -> JobRules.spec(asked(json), null))
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refusal -> assertThat(refusal.errors()).hasSize(4));
    }

    @ParameterizedTest
    @CsvSource({"/etc/passwd", "../x.py", "a/../../x.py"})
    void anEntryPointStaysInsideTheArchive(String path) {
        assertThatThrownBy(() -> JobRules.spec(asked("{\"entryPoint\":\"" + path + "\"}"), ARCHIVE))
                .isInstanceOf(Refusal.Invalid.class);
    }

    @ParameterizedTest
    @CsvSource({"45s,45s", "30m,30m", "90m,1h30m", "24h,1d", "7d,7d", "1h30m,1h30m", "PT90M,1h30m", "P1D,1d"})
    void lengthsOfTime(String text, String words) {
        assertThat(Durations.words(Durations.parse("deadline", text))).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"0s", "-1m", "1", "''", "8d", "1w", "1m1h", "999999d", "1e9s", "1500ms", "P8D", "PT"})
    void noLengthsOfTime(String text) {
        assertThatThrownBy(() -> Durations.parse("deadline", text)).isInstanceOf(Refusal.Invalid.class);
    }

    private static SubmitJob asked(String json) {
        return JSON.readValue(json, SubmitJob.class);
    }
}
