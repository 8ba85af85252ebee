package dev.tidewright.experiments;

import dev.tidewright.query.Field;
import dev.tidewright.tracking.Latest;
import dev.tidewright.tracking.RunData;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A column of a table of runs: a metric, a parameter or a tag.
 *
 * @param key as it was logged
 */
record Column(Field.Kind kind, String key) {

    private static final String METRICS = "metrics.";
    private static final String PARAMS = "params.";
    private static final String TAGS = "tags.";

    /** What runs have logged, each once and in order. */
    static Stream<String> keys(List<RunData> runs, Function<RunData, Stream<String>> of) {
        return runs.stream().flatMap(of).collect(Collectors.toCollection(TreeSet::new)).stream();
    }

    static Column metric(String key) {
        return new Column(Field.Kind.METRIC, key);
    }

    static Column param(String key) {
        return new Column(Field.Kind.PARAM, key);
    }

    static Column tag(String key) {
        return new Column(Field.Kind.TAG, key);
    }

    /** Reads what {@link #parameter} writes; empty for anything else. */
    static Optional<Column> parse(String text) {
        return Stream.of(metric(METRICS), param(PARAMS), tag(TAGS))
                .filter(kind -> text.startsWith(kind.key())
                        && text.length() > kind.key().length())
                .findFirst()
                .map(kind -> new Column(kind.kind(), text.substring(kind.key().length())));
    }

    /** As it stands in an address. */
    public String parameter() {
        return prefix() + key;
    }

    /** As it stands in a filter or an order: a name with other characters needs quotes, so all have them. */
    String field() {
        return prefix() + (key.contains("`") ? "\"" + key + "\"" : "`" + key + "`");
    }

    /** Whether its values are numbers. */
    public boolean isMetric() {
        return kind == Field.Kind.METRIC;
    }

    /** What a run has there. */
    Cell of(RunData run) {
        return switch (kind) {
            case METRIC ->
                run.metrics().stream()
                        .filter(latest -> latest.key().equals(key))
                        .map(Latest::value)
                        .findFirst()
                        .map(value -> new Cell(value, null))
                        .orElse(Cell.NONE);
            case PARAM -> new Cell(null, run.params().get(key));
            case TAG -> new Cell(null, run.run().tags().get(key));
            case ATTRIBUTE, DATASET -> Cell.NONE;
        };
    }

    private String prefix() {
        return switch (kind) {
            case METRIC -> METRICS;
            case PARAM -> PARAMS;
            case TAG, ATTRIBUTE, DATASET -> TAGS;
        };
    }

    /** A number, a text, or neither where the run has nothing. */
    record Cell(@Nullable Double number, @Nullable String text) {
        static final Cell NONE = new Cell(null, null);
    }
}
