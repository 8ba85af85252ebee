package dev.tidewright.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.kernel.Resources;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CapacityTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            nvidia.com/gpu | 2 | amd.com/gpu    | 1 | needs 2 nvidia.com/gpu, and no node has any; nodes have amd.com/gpu
            nvidia.com/gpu | 2 | nvidia.com/gpu | 1 | needs 2 nvidia.com/gpu, the largest node has 1
            nvidia.com/gpu | 2 |                |   | needs 2 nvidia.com/gpu, and no node has any device
            """)
    void aDeviceThatNoNodeHasIsToldFromTooFewOfThem(
            String asked, long count, String there, Long some, String sentence) {
        var has = Resources.of("4", "8Gi", there == null ? null : Map.of(there, some));
        var capacity = new Capacity(List.of(new Capacity.Node("a", has, has)));
        assertThat(capacity.lacks(Resources.of("1", "1Gi", Map.of(asked, count))))
                .isEqualTo(sentence);
    }
}
