package dev.tidewright.autoscaling;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.kernel.Timespan;
import dev.tidewright.serving.AutoscalingPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrafficWindowTest {

    private static final AutoscalingPolicy POLICY = AutoscalingPolicy.of(1, 10, 1.5, null, Timespan.of("60s"));

    private final TrafficWindow window = new TrafficWindow();
    private Instant now = Instant.parse("2026-01-01T12:00:00Z");
    private double busy;
    private int live = 2;
    private final List<String> sentences = new ArrayList<>();

    @Test
    void aSteadyLoadAboveTheTargetBringsWhatItNeedsAndNoMore() {
        run(40, 3.2);
        assertThat(live).isEqualTo(3);
        assertThat(sentences).hasSize(1);
        assertThat(sentences.getFirst()).isEqualTo("1.6 > 1.5 in flight per replica → 2 to 3");
    }

    @Test
    void aLoadAtTheTargetChangesNothing() {
        run(120, 3.0);
        assertThat(sentences).isEmpty();
    }

    @Test
    void aBurstIsAnsweredWithinTheFastWindow() {
        run(60, 1.6);
        run(6, 12);
        assertThat(live).isGreaterThanOrEqualTo(4);
    }

    @Test
    void replicasGoOnlyAfterTheDelay() {
        live = 6;
        run(40, 9);
        run(28, 0.1);
        assertThat(live).isEqualTo(6);
        run(120, 0.1);
        assertThat(live).isEqualTo(1);
    }

    @Test
    void aRestartedGatewayIsNoFallOfTheLoad() {
        live = 6;
        run(40, 9);
        busy = 0;
        run(20, 9);
        assertThat(live).isEqualTo(6);
    }

    @Test
    void aNewWindowTakesNothingAwayBeforeItIsFull() {
        live = 4;
        run(28, 0);
        assertThat(live).isEqualTo(4);
    }

    @Test
    void noisyLoadDoesNotMakeTheNumberFlap() {
        var random = new Random(3);
        live = 4;
        var flips = 0;
        var last = live;
        var direction = 0;
        for (var seconds = 0; seconds < 600; seconds += 2) {
            run(2, Math.max(0, 5.4 + random.nextGaussian() * 5.4 * 0.2));
            if (live != last) {
                var turned = Integer.signum(live - last);
                flips += direction != 0 && turned != direction ? 1 : 0;
                direction = turned;
                last = live;
            }
        }
        assertThat(flips).isLessThanOrEqualTo(1);
    }

    @Test
    void theNumberStaysWithinTheBoundsWhateverTheLoad() {
        var random = new Random(5);
        for (var i = 0; i < 2_000; i++) {
            run(2, random.nextDouble() * random.nextInt(100));
            assertThat(live).isBetween(1, 10);
        }
    }

    @Test
    void requestsASecondAreCountedAsSuch() {
        var policy = AutoscalingPolicy.of(1, 10, null, 20.0, null);
        var decision = ScalingDecision.decide(policy, 2, new Load(70, 70, true), 0, false);
        assertThat(decision.to()).isEqualTo(4);
        assertThat(decision.sentence()).isEqualTo("35.0 > 20 requests a second per replica → 2 to 4");
    }

    private void run(int seconds, double concurrency) {
        for (var passed = 0; passed < seconds; passed += 2) {
            now = now.plusSeconds(2);
            busy += 2 * concurrency;
            window.add(now, busy, 0);
            var decision = window.decide(POLICY, live, now);
            if (decision.changes()) {
                sentences.add(decision.sentence());
                live = decision.to();
            }
        }
    }
}
