package dev.tidewright.experiments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.kernel.Name;
import dev.tidewright.tracking.Latest;
import dev.tidewright.tracking.ModelsOfRun;
import dev.tidewright.tracking.RunData;
import dev.tidewright.tracking.RunStatus;
import dev.tidewright.tracking.RunView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ComparisonTest {

    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void whatAllHaveAlikeIsNoDifference() {
        var comparison = Comparison.of(
                List.of(
                        run(Map.of("alpha", "0.1", "seed", "7"), Map.of("loss", 0.5)),
                        run(Map.of("alpha", "0.2", "seed", "7"), Map.of("loss", 0.25))),
                false);
        assertThat(comparison.params())
                .extracting(Comparison.Row::key, Comparison.Row::differs)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("alpha", true),
                        org.assertj.core.groups.Tuple.tuple("seed", false));
        assertThat(comparison.params().getFirst().differsAt(0)).isFalse();
        assertThat(comparison.params().getFirst().differsAt(1)).isTrue();
        assertThat(Comparison.of(List.of(run(Map.of("seed", "7"), Map.of()), run(Map.of("seed", "7"), Map.of())), true)
                        .params())
                .isEmpty();
    }

    @Test
    void whatOneLacksDiffers() {
        var comparison = Comparison.of(
                List.of(run(Map.of(), Map.of("loss", Double.NaN)), run(Map.of("k", "3"), Map.of("loss", Double.NaN))),
                true);
        assertThat(comparison.params()).extracting(Comparison.Row::key).containsExactly("k");
        assertThat(comparison.metrics()).as("both are no number").isEmpty();
    }

    @Test
    void numbersStandBetweenTheLowestAndTheHighestAndTextsEvenly() {
        var comparison = Comparison.of(
                List.of(
                        run(Map.of("lr", "0", "opt", "adam"), Map.of("loss", 1.0)),
                        run(Map.of("lr", "1e1", "opt", "sgd"), Map.of("loss", 3.0)),
                        run(Map.of("lr", "5", "opt", "lion"), Map.of())),
                false);
        var axes = ParallelAxes.of(comparison, 3);
        assertThat(axes.worthDrawing()).isTrue();
        assertThat(axes.axes()).extracting(ParallelAxes.Axis::key).containsExactly("lr", "opt", "loss");
        assertThat(axes.axes().getFirst().marks())
                .extracting(ParallelAxes.Mark::text)
                .containsExactly("10", "0");
        assertThat(axes.axes().get(1).marks())
                .extracting(ParallelAxes.Mark::text)
                .containsExactly("adam", "lion", "sgd");
        assertThat(axes.lines().getFirst().parts()).containsExactly("80,226.0 230,226.0 380,226.0");
        assertThat(axes.lines().get(1).parts()).containsExactly("80,34.0 230,34.0 380,34.0");
        assertThat(axes.lines().get(2).parts())
                .as("a line ends where a run has nothing")
                .containsExactly("80,130.0 230,130.0");
    }

    @Test
    void aValueThatIsNoFiniteNumberMakesTheAxisOneOfTexts() {
        var comparison =
                Comparison.of(List.of(run(Map.of("a", "1"), Map.of()), run(Map.of("a", "NaN"), Map.of())), false);
        var axes = ParallelAxes.of(comparison, 2);
        assertThat(axes.axes().getFirst().marks())
                .extracting(ParallelAxes.Mark::text)
                .containsExactly("1", "NaN");
        assertThat(axes.worthDrawing()).as("one axis is no line").isFalse();
    }

    @Test
    void aRunIsFoundByItsIdWithAndWithoutHyphens() {
        assertThat(RunId.parse("01a20673-d299-7e65-a1ab-33ce05ce53dd"))
                .isEqualTo(RunId.parse("01a20673d2997e65a1ab33ce05ce53dd"));
    }

    private static RunData run(Map<String, String> params, Map<String, Double> metrics) {
        var latest = new ArrayList<Latest>();
        metrics.forEach((key, value) -> latest.add(new Latest(key, value, 1, NOON, 1)));
        var view = new RunView(
                UUID.randomUUID(),
                new Name("research"),
                "a run",
                null,
                RunStatus.FINISHED,
                "",
                Map.of(),
                NOON,
                NOON,
                "ana",
                0,
                0,
                null);
        return new RunData(view, latest, params, List.of(), new ModelsOfRun(List.of(), List.of()));
    }
}
