package dev.tidewright.experiments;

import dev.tidewright.experiments.Column.Cell;
import dev.tidewright.tracking.DatasetInput;
import dev.tidewright.tracking.Latest;
import dev.tidewright.tracking.RunData;
import dev.tidewright.tracking.RunSource;
import dev.tidewright.tracking.RunView;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs side by side: what each has, and where they differ. Pure. */
record Comparison(List<Row> metrics, List<Row> params, List<Row> origin) {

    private static final int MOST = 300;

    /**
     * One thing, of each run.
     *
     * @param differs whether not all runs have the same
     */
    record Row(String key, List<Cell> cells, boolean differs) {

        static Row of(String key, List<RunData> runs, Function<RunData, Cell> cell) {
            var cells = runs.stream().map(cell).toList();
            return new Row(key, cells, cells.stream().distinct().count() > 1);
        }

        /** Whether this run has another value than the first one. */
        public boolean differsAt(int run) {
            return !cells.get(run).equals(cells.getFirst());
        }
    }

    static Comparison of(List<RunData> runs, boolean onlyDifferences) {
        var metrics = Column.keys(runs, run -> run.metrics().stream().map(Latest::key))
                .map(key -> Row.of(key, runs, Column.metric(key)::of));
        var params = Column.keys(runs, run -> run.params().keySet().stream())
                .map(key -> Row.of(key, runs, Column.param(key)::of));
        var origin = Stream.of(
                text("job", runs, run -> source(run.run())),
                text("program", runs, run -> run.run().tags().get("mlflow.source.name")),
                text("commit", runs, run -> run.run().tags().get("mlflow.source.git.commit")),
                text("data", runs, Comparison::data),
                text("by", runs, run -> Origin.user(run.run())));
        return new Comparison(
                rows(metrics, onlyDifferences),
                rows(params, onlyDifferences),
                rows(
                        origin.filter(row -> row.cells().stream().anyMatch(cell -> !cell.equals(Cell.NONE))),
                        onlyDifferences));
    }

    private static List<Row> rows(Stream<Row> all, boolean onlyDifferences) {
        return all.filter(row -> row.differs() || !onlyDifferences).limit(MOST).toList();
    }

    private static Row text(String key, List<RunData> runs, Function<RunData, @Nullable String> text) {
        return Row.of(key, runs, run -> {
            var found = text.apply(run);
            return found == null || found.isEmpty() ? Cell.NONE : new Cell(null, found);
        });
    }

    private static @Nullable String source(RunView run) {
        RunSource source = run.source();
        return source == null ? null : source.name();
    }

    private static String data(RunData run) {
        return run.inputs().stream()
                .map((DatasetInput input) -> input.name() + " " + input.digest())
                .collect(Collectors.joining(", "));
    }
}
