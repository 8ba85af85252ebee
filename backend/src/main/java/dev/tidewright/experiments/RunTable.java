package dev.tidewright.experiments;

import dev.tidewright.experiments.Column.Cell;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.query.Order;
import dev.tidewright.tracking.Latest;
import dev.tidewright.tracking.RunData;
import dev.tidewright.tracking.RunView;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A page of runs with the columns that somebody has chosen.
 *
 * @param choices every column that these runs could have
 */
record RunTable(List<Head> heads, List<Row> rows, List<Choice> choices) {

    private static final int METRICS = 4;
    private static final int PARAMS = 4;
    private static final int MOST = 200;

    /**
     * The head of a column.
     *
     * @param href the same table, sorted by it
     * @param order {@code ascending}, {@code descending} or {@code none}
     */
    record Head(Column column, String href, String order) {}

    record Row(RunView run, String id, List<Cell> cells) {}

    record Choice(Column column, boolean chosen) {}

    static RunTable of(Name ns, long experiment, RunTableQuery query, List<Order> orders, List<RunData> runs) {
        var known = known(runs);
        var asked = query.column();
        var chosen = asked == null
                ? usual(known)
                : asked.stream()
                        .map(Column::parse)
                        .flatMap(Optional::stream)
                        .distinct()
                        .limit(MOST)
                        .toList();
        var heads = chosen.stream()
                .map(column -> head(ns, experiment, query, orders, column))
                .toList();
        var rows = runs.stream()
                .map(run -> new Row(
                        run.run(),
                        Ids.hex(run.run().id()),
                        chosen.stream().map(column -> column.of(run)).toList()))
                .toList();
        var choices = Stream.concat(chosen.stream(), known.stream())
                .distinct()
                .map(column -> new Choice(column, chosen.contains(column)))
                .toList();
        return new RunTable(heads, rows, choices);
    }

    private static Head head(Name ns, long experiment, RunTableQuery query, List<Order> orders, Column column) {
        var present = orders.stream()
                .findFirst()
                .filter(order -> order.field().kind() == column.kind()
                        && order.field().key().equals(column.key()));
        // What is best is first: of a number mostly the lowest loss, and one more click turns it round.
        var next =
                column.field() + (present.filter(order -> !order.descending()).isPresent() ? " DESC" : " ASC");
        return new Head(
                column,
                query.sortedBy(ns, experiment, next),
                present.map(order -> order.descending() ? "descending" : "ascending")
                        .orElse("none"));
    }

    private static List<Column> usual(List<Column> known) {
        return Stream.concat(
                        known.stream().filter(Column::isMetric).limit(METRICS),
                        known.stream()
                                .filter(column -> column.parameter().startsWith("params."))
                                .limit(PARAMS))
                .toList();
    }

    private static List<Column> known(List<RunData> runs) {
        return Stream.of(
                        Column.keys(runs, run -> run.metrics().stream().map(Latest::key))
                                .map(Column::metric),
                        Column.keys(runs, run -> run.params().keySet().stream()).map(Column::param),
                        Column.keys(runs, run -> run.run().tags().keySet().stream())
                                .filter(key -> !key.startsWith("mlflow."))
                                .map(Column::tag))
                .flatMap(Function.identity())
                .limit(MOST)
                .toList();
    }

    /** Words for an empty table. */
    static String nothing(RunTableQuery query, @Nullable String wrong) {
        if (wrong != null) {
            return "The filter cannot be read: correct it above.";
        }
        return query.filter() == null || query.filter().isBlank()
                ? "Runs come from jobs and from MLflow's clients."
                : "No run matches the filter: change it, or clear it.";
    }
}
