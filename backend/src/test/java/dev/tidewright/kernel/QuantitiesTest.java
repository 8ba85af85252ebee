package dev.tidewright.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantitiesTest {

    @ParameterizedTest
    @CsvSource({"1,1000", "0.5,500", "500m,500", "1.25,1250", "10000,10000000", "0,0"})
    void coresBecomeThousandths(String text, long millis) {
        assertThat(Quantities.cpuMillis("cpu", text)).isEqualTo(millis);
    }

    @ParameterizedTest
    @CsvSource({
        "512Mi,536870912",
        "1.5G,1500000000",
        "16Gi,17179869184",
        "1,1",
        "2k,2000",
        "0,0",
        "1024Ti,1125899906842624"
    })
    void sizesBecomeBytes(String text, long bytes) {
        assertThat(Quantities.bytes("memory", text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "-1",
                "1e999",
                "1e3",
                "16 GB",
                "NaN",
                "Infinity",
                "0x10",
                "1.0005",
                "m",
                "10001",
                "1Gi",
                "٣",
                "1,5"
            })
    void whatIsNoNumberOfCoresIsRefused(String text) {
        assertThatThrownBy(() -> Quantities.cpuMillis("resources.cpu", text))
                .isInstanceOfSatisfying(Refusal.Invalid.class, refusal -> {
                    assertThat(refusal.code()).isEqualTo("invalid-quantity");
                    assertThat(refusal.errors().getFirst().field()).isEqualTo("resources.cpu");
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1e999", "16 GB", "16GB", "1m", "2000Ti", "99999999999999999999", "1 Gi", "Gi"})
    void whatIsNoSizeIsRefused(String text) {
        assertThatThrownBy(() -> Quantities.bytes("memory", text)).isInstanceOf(Refusal.Invalid.class);
    }

    @ParameterizedTest
    @CsvSource({"17179869184,16Gi", "536870912,512Mi", "1500000000,1500000000", "0,0", "1024,1Ki"})
    void bytesAreWrittenInTheShortestExactForm(long bytes, String text) {
        assertThat(Quantities.memory(bytes)).isEqualTo(text);
    }

    @Test
    void aBillionDevicesIsATypingError() {
        assertThatThrownBy(() -> Resources.of("1", "1Gi", Map.of("nvidia.com/gpu", 1_000_000_000L)))
                .isInstanceOf(Refusal.Invalid.class);
    }

    @Test
    void resourcesAddFitAndNeverGoBelowZero() {
        var small = Resources.of("1", "1Gi", Map.of("nvidia.com/gpu", 1L));
        var large = Resources.of("2", "2Gi", Map.of("nvidia.com/gpu", 1L));
        assertThat(small.fitsInto(large)).isTrue();
        assertThat(large.fitsInto(small)).isFalse();
        assertThat(small.plus(small).fitsInto(large)).isFalse();
        assertThat(small.minus(large)).isEqualTo(Resources.NONE);
        assertThat(small.times(3).cpu()).isEqualTo("3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-a",
                "a-",
                "A",
                "a_b",
                "a.b",
                "ä",
                "a b",
                "../x",
                "a\n",
                "0123456789012345678901234567890123456789012345678901234567890123"
            })
    void namesOutsideDns1123AreRefused(String text) {
        assertThatThrownBy(() -> Name.of(text)).isInstanceOf(Refusal.Invalid.class);
    }

    @Test
    void idsSortByAge() {
        var now = java.time.Instant.parse("2026-11-22T00:00:00Z");
        var older = Ids.next(now);
        var younger = Ids.next(now.plusMillis(1));
        assertThat(older.toString()).isLessThan(younger.toString());
        assertThat(older.version()).isEqualTo(7);
        assertThat(older.variant()).isEqualTo(2);
    }
}
