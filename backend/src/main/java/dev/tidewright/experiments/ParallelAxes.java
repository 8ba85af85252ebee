package dev.tidewright.experiments;

import dev.tidewright.experiments.Column.Cell;
import dev.tidewright.experiments.Comparison.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs as lines across one upright axis for each thing in which they differ: parameters first, then metrics. Numbers are spread
 * between the lowest and the highest, texts evenly. Pure.
 */
record ParallelAxes(List<Axis> axes, List<Line> lines, int width) {

    static final int TOP = 34;
    static final int BOTTOM = 226;
    private static final int PARAMS = 6;
    private static final int METRICS = 4;
    private static final int APART = 150;
    private static final int MARGIN = 80;

    /**
     * An axis.
     *
     * @param marks what stands beside it, from top to bottom
     */
    record Axis(String key, int x, List<Mark> marks) {}

    /** A value beside an axis. */
    record Mark(double y, String text) {}

    /**
     * A run.
     *
     * @param parts where it has values at neighbouring axes: the points of a polyline
     */
    record Line(int run, List<String> parts) {}

    static ParallelAxes of(Comparison comparison, int runs) {
        var rows = Stream.concat(
                        comparison.params().stream().filter(Row::differs).limit(PARAMS),
                        comparison.metrics().stream().filter(Row::differs).limit(METRICS))
                .toList();
        var scales = rows.stream().map(row -> Scale.of(row.cells())).toList();
        var axes = new ArrayList<Axis>();
        for (var at = 0; at < rows.size(); at++) {
            axes.add(new Axis(rows.get(at).key(), x(at), scales.get(at).marks()));
        }
        var lines = new ArrayList<Line>();
        for (var run = 0; run < runs; run++) {
            lines.add(new Line(run, parts(rows, scales, run)));
        }
        return new ParallelAxes(axes, lines, 2 * MARGIN + Math.max(0, rows.size() - 1) * APART);
    }

    /** A line needs two axes. */
    public boolean worthDrawing() {
        return axes.size() > 1;
    }

    private static List<String> parts(List<Row> rows, List<Scale> scales, int run) {
        var parts = new ArrayList<String>();
        var points = new ArrayList<String>();
        for (var at = 0; at <= rows.size(); at++) {
            var y = at == rows.size()
                    ? null
                    : scales.get(at).y(rows.get(at).cells().get(run));
            if (y != null) {
                points.add(String.format(Locale.ROOT, "%d,%.1f", x(at), y));
            } else if (!points.isEmpty()) {
                parts.add(String.join(" ", points));
                points.clear();
            }
        }
        return parts;
    }

    private static int x(int axis) {
        return MARGIN + axis * APART;
    }

    /** Where values stand on one axis; of texts, and of values that are not all numbers, {@code names} are all there are. */
    private record Scale(double low, double high, List<String> names) {

        static Scale of(List<Cell> cells) {
            var present = cells.stream().filter(cell -> !cell.equals(Cell.NONE)).toList();
            var numbers = present.stream()
                    .map(Scale::number)
                    .filter(Objects::nonNull)
                    .mapToDouble(Double::doubleValue)
                    .summaryStatistics();
            return numbers.getCount() == present.size() && !present.isEmpty()
                    ? new Scale(numbers.getMin(), numbers.getMax(), List.of())
                    : new Scale(
                            0,
                            0,
                            present.stream()
                                    .map(Scale::text)
                                    .distinct()
                                    .sorted()
                                    .toList());
        }

        @Nullable
        Double y(Cell cell) {
            if (cell.equals(Cell.NONE)) {
                return null;
            }
            if (names.isEmpty()) {
                var value = Objects.requireNonNull(number(cell));
                return at(high == low ? 0.5 : (value - low) / (high - low));
            }
            return at(place(names.indexOf(text(cell))));
        }

        List<Mark> marks() {
            if (names.isEmpty()) {
                return high == low
                        ? List.of(new Mark(at(0.5), shown(low)))
                        : List.of(new Mark(at(1), shown(high)), new Mark(at(0), shown(low)));
            }
            var marks = new ArrayList<Mark>();
            for (var name = 0; name < names.size(); name++) {
                marks.add(new Mark(at(place(name)), dev.tidewright.kernel.Text.shortened(names.get(name), 14)));
            }
            return marks;
        }

        private double place(int name) {
            return names.size() == 1 ? 0.5 : name / (names.size() - 1.0);
        }

        private static double at(double share) {
            return BOTTOM - share * (BOTTOM - TOP);
        }

        private static String text(Cell cell) {
            return cell.text() == null ? String.valueOf(cell.number()) : cell.text();
        }

        /** Parameters are texts; most of them are numbers. */
        private static @Nullable Double number(Cell cell) {
            try {
                var number = cell.number() == null ? Double.valueOf(String.valueOf(cell.text())) : cell.number();
                return Double.isFinite(number) ? number : null;
            } catch (NumberFormatException word) {
                return null;
            }
        }

        private static String shown(double value) {
            return value == Math.rint(value) && Math.abs(value) < 1e9
                    ? Long.toString((long) value)
                    : new java.math.BigDecimal(value)
                            .round(new java.math.MathContext(4))
                            .stripTrailingZeros()
                            .toString();
        }
    }
}
