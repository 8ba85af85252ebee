package dev.tidewright.query;

import static dev.tidewright.query.FilterTokens.Kind.NAME;
import static dev.tidewright.query.FilterTokens.Kind.NUMBER;
import static dev.tidewright.query.FilterTokens.Kind.TEXT;
import static dev.tidewright.query.FilterTokens.Kind.WORD;

import dev.tidewright.query.FilterTokens.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads MLflow's filters and orders.
 *
 * <pre>
 * filter     = [ comparison { AND comparison } ]
 * comparison = field ( operator literal | [ NOT ] IN "(" literal { "," literal } [ "," ] ")" | IS [ NOT ] NULL )
 * order      = field [ ASC | DESC ]
 * field      = [ kind "." ] name       kind: metric, param, tag, attribute, dataset, and what MLflow also calls them
 * </pre>
 *
 * A comma after the last literal is how Python writes a list of one.
 */
public final class FilterParser {

    private static final Map<String, Field.Kind> KINDS = Map.ofEntries(
            Map.entry("metric", Field.Kind.METRIC),
            Map.entry("metrics", Field.Kind.METRIC),
            Map.entry("param", Field.Kind.PARAM),
            Map.entry("params", Field.Kind.PARAM),
            Map.entry("parameter", Field.Kind.PARAM),
            Map.entry("parameters", Field.Kind.PARAM),
            Map.entry("tag", Field.Kind.TAG),
            Map.entry("tags", Field.Kind.TAG),
            Map.entry("attribute", Field.Kind.ATTRIBUTE),
            Map.entry("attributes", Field.Kind.ATTRIBUTE),
            Map.entry("attr", Field.Kind.ATTRIBUTE),
            Map.entry("run", Field.Kind.ATTRIBUTE),
            Map.entry("dataset", Field.Kind.DATASET),
            Map.entry("datasets", Field.Kind.DATASET));

    /** Other names of attributes, as the columns of MLflow's pages are called. */
    private static final Map<String, String> ALIASES = Map.of(
            "created", "start_time",
            "Created", "start_time",
            "run name", "run_name",
            "Run name", "run_name",
            "Run Name", "run_name");

    private static final Map<String, Operator> OPERATORS = Map.of(
            "=", Operator.EQUAL,
            "==", Operator.EQUAL,
            "!=", Operator.NOT_EQUAL,
            "<>", Operator.NOT_EQUAL,
            ">", Operator.GREATER,
            ">=", Operator.GREATER_OR_EQUAL,
            "<", Operator.LESS,
            "<=", Operator.LESS_OR_EQUAL,
            "LIKE", Operator.LIKE,
            "ILIKE", Operator.ILIKE);

    private final FilterTokens tokens;

    private FilterParser(FilterTokens tokens) {
        this.tokens = tokens;
    }

    /** What a filter demands; nothing for none. */
    public static List<Condition> filter(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return List.of();
        }
        var parser = new FilterParser(new FilterTokens("filter", text));
        var conditions = new ArrayList<Condition>();
        do {
            conditions.add(parser.comparison());
        } while (parser.tokens.takes("AND"));
        if (parser.tokens.peek().is("OR")) {
            throw parser.tokens.wrong("conditions can only be joined by AND");
        }
        parser.end();
        return conditions;
    }

    /** What a list is sorted by. */
    public static List<Order> orders(@Nullable List<String> texts) {
        return texts == null
                ? List.of()
                : texts.stream().map(FilterParser::order).toList();
    }

    private static Order order(String text) {
        var parser = new FilterParser(new FilterTokens("order_by", text));
        var field = parser.field();
        var descending = parser.tokens.takes("DESC");
        if (!descending) {
            parser.tokens.takes("ASC");
        }
        parser.end();
        return new Order(field, descending);
    }

    private Condition comparison() {
        var field = field();
        if (tokens.takes("IS")) {
            var operator = tokens.takes("NOT") ? Operator.IS_NOT_NULL : Operator.IS_NULL;
            tokens.expect("NULL");
            return new Condition(field, operator, List.of(), true);
        }
        if (tokens.takes("NOT")) {
            tokens.expect("IN");
            return list(field, Operator.NOT_IN);
        }
        if (tokens.takes("IN")) {
            return list(field, Operator.IN);
        }
        var token = tokens.take();
        var operator = OPERATORS.get(token.text().toUpperCase(java.util.Locale.ROOT));
        if (operator == null || token.kind() == TEXT || token.kind() == NAME) {
            throw tokens.wrong(FilterTokens.shown(token)
                    + " is no comparison: use =, !=, >, >=, <, <=, LIKE, ILIKE, IN, NOT IN, IS NULL or IS NOT NULL");
        }
        var value = literal();
        return new Condition(field, operator, List.of(value.text()), value.kind() != NUMBER);
    }

    private Condition list(Field field, Operator operator) {
        tokens.expect("(");
        var values = new ArrayList<FilterTokens.Token>();
        do {
            values.add(literal());
        } while (tokens.takes(",") && !tokens.peek().is(")"));
        tokens.expect(")");
        return new Condition(
                field,
                operator,
                values.stream().map(FilterTokens.Token::text).toList(),
                values.stream().map(FilterTokens.Token::kind).allMatch(kind -> kind != NUMBER));
    }

    private FilterTokens.Token literal() {
        var token = tokens.take();
        if (Stream.of(TEXT, NAME, NUMBER).noneMatch(token.kind()::equals)) {
            throw tokens.wrong(
                    "expected a value instead of " + FilterTokens.shown(token) + ": put text into single quotes");
        }
        return token;
    }

    /** A name in quotes may follow its kind and the dot; a dot in a name without a kind belongs to the name. */
    private Field field() {
        var token = tokens.take();
        if (token.kind() == NAME) {
            return attribute(token.text());
        }
        if (token.kind() != WORD) {
            throw tokens.wrong("expected a name like metrics.loss instead of " + FilterTokens.shown(token));
        }
        var dot = token.text().indexOf('.');
        if (dot < 0) {
            return attribute(token.text());
        }
        var kind = KINDS.get(token.text().substring(0, dot));
        if (kind == null) {
            throw tokens.wrong(
                    FilterTokens.shown(token) + " does not begin with metrics, params, tags, attributes or datasets");
        }
        var rest = token.text().substring(dot + 1);
        var key = rest.isEmpty() ? quotedName() : rest;
        return kind == Field.Kind.ATTRIBUTE ? attribute(key) : new Field(kind, key);
    }

    private String quotedName() {
        var token = tokens.take();
        if (token.kind() != NAME && token.kind() != TEXT) {
            throw tokens.wrong("expected a name instead of " + FilterTokens.shown(token));
        }
        return token.text();
    }

    private static Field attribute(String key) {
        return new Field(Field.Kind.ATTRIBUTE, ALIASES.getOrDefault(key, key));
    }

    private void end() {
        if (tokens.peek().kind() != Kind.END) {
            throw tokens.wrong(FilterTokens.shown(tokens.peek()) + " is too much");
        }
    }
}
