package dev.tidewright.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.serving.Traffic.Step;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TrafficRingTest {

    private static final Instant ORIGIN = Instant.parse("2026-11-22T06:00:00Z");

    private final TrafficRing ring = new TrafficRing(ORIGIN);

    @Test
    void wholeStepsAreToldTheOldestFirstAndTheOneUnderWayIsNot() {
        ring.count(seconds(1), false);
        ring.count(seconds(29), true);
        ring.count(seconds(61), false);
        assertThat(ring.recent(seconds(62)))
                .containsExactly(new Step(ORIGIN, 2, 1), new Step(ORIGIN.plusSeconds(30), 0, 0));
        assertThat(ring.recent(seconds(91)).getLast()).isEqualTo(new Step(ORIGIN.plusSeconds(60), 1, 0));
    }

    @Test
    void nothingIsToldOfAnHourAgo() {
        ring.count(seconds(1), false);
        ring.count(seconds(3600), true);
        var steps = ring.recent(seconds(3630));
        assertThat(steps).hasSize(119);
        assertThat(steps).extracting(Step::requests).containsOnly(0, 1);
        assertThat(steps.getLast()).isEqualTo(new Step(ORIGIN.plusSeconds(3600), 1, 1));
    }

    @Test
    void aLongSilenceIsNoOldTraffic() {
        ring.count(seconds(1), false);
        ring.count(seconds(10 * 3600), false);
        assertThat(ring.recent(seconds(10 * 3600 + 30)))
                .extracting(Step::requests)
                .containsOnlyOnce(1)
                .filteredOn(count -> count > 0)
                .hasSize(1);
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
