package dev.tidewright.query;

import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.kernel.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.RowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes one SELECT of conditions, an order and a position. The order ends with keys that no two rows share, so that a
 * page is "everything after this row" and costs the same wherever it lies.
 */
public final class ListQuery {

    private static final JsonMapper JSON = JsonMapper.shared();

    /** The end of the year 9999. */
    private static final double LAST_MILLI = 253_402_300_799_999.0;

    private final Fields fields;
    private final List<String> where = new ArrayList<>();
    private final Map<Field, Joined> joins = new LinkedHashMap<>();
    private final List<Key> keys = new ArrayList<>();
    private final Map<String, Object> parameters = new LinkedHashMap<>();

    public ListQuery(Fields fields) {
        this.fields = fields;
    }

    /** A value's place in the SQL. */
    public String bind(Object value) {
        var name = "p" + parameters.size();
        parameters.put(name, value);
        return ":" + name;
    }

    /**
     * Joins a further table for a field, once however often the field is used.
     *
     * @param join makes the join of the alias; it must neither add rows nor take any away
     * @return the alias
     */
    public String joined(Field field, UnaryOperator<String> join) {
        var known = joins.get(field);
        if (known == null) {
            var alias = "j" + joins.size();
            known = new Joined(alias, join.apply(alias));
            joins.put(field, known);
        }
        return known.alias();
    }

    /** Adds a condition of the caller's own. */
    public ListQuery and(String sql) {
        where.add(sql);
        return this;
    }

    /** Adds what was asked for. */
    public ListQuery and(List<Condition> conditions) {
        for (var condition : conditions) {
            var expression = fields.of(condition.field(), this);
            where.add(expression.around().replace("%s", comparison(condition, expression)));
        }
        return this;
    }

    /** Sorts by what was asked for, and then by the last keys, which together name one row. */
    public ListQuery sortedBy(List<Order> orders, Order... last) {
        var all = new ArrayList<>(orders);
        all.addAll(List.of(last));
        for (var order : all.stream().distinct().toList()) {
            var expression = fields.of(order.field(), this)
                    .sorted()
                    .orElseThrow(() -> refused("order_by", "a list cannot be sorted by " + order.field()));
            if (expression.nullable()) {
                keys.add(new Key(rank(expression), "integer", false));
            }
            keys.add(new Key(present(expression), expression.type().cast(), order.descending()));
        }
        return this;
    }

    /**
     * Reads one page.
     *
     * @param cursor where the page before ended; null for the first
     */
    public <T> Slice<T> page(
            JdbcClient jdbc, String columns, String from, @Nullable String cursor, int limit, RowMapper<T> mapper) {
        var rows = jdbc.sql(sql(columns, from, cursor, limit + 1))
                .params(parameters)
                .query((row, number) -> new Row<>(mapper.mapRow(row, number), row.getString("position_")))
                .list();
        return Slice.of(rows, limit, Row::position).map(Row::value);
    }

    String sql(String columns, String from, @Nullable String cursor, int limit) {
        Cursor.text(cursor).ifPresent(text -> where.add(after(positions(text))));
        return "SELECT " + columns + ", " + position() + " AS position_ FROM " + from
                + joins.values().stream().map(join -> " " + join.sql()).collect(Collectors.joining())
                + (where.isEmpty() ? "" : " WHERE " + String.join(" AND ", where))
                + " ORDER BY "
                + keys.stream()
                        .map(key -> key.sql() + (key.descending() ? " DESC" : ""))
                        .collect(Collectors.joining(", "))
                + " LIMIT " + bind(limit);
    }

    /** The key values of a row in one column, with the shape of the order they belong to. */
    private String position() {
        var columns = keys.stream().map(key -> key.sql() + "::text").collect(Collectors.joining(", "));
        return "jsonb_build_array(" + bind(shape()) + "::text, " + columns + ")::text";
    }

    private String shape() {
        return Integer.toHexString(keys.stream()
                .map(key -> key.cast() + key.descending())
                .collect(Collectors.joining())
                .hashCode());
    }

    private List<String> positions(String text) {
        try {
            var values = List.of(JSON.readValue(text, String[].class));
            if (values.size() == keys.size() + 1 && values.getFirst().equals(shape())) {
                return values.subList(1, values.size());
            }
        } catch (RuntimeException malformed) {
            // Told like a cursor of another list.
        }
        throw new Refusal.Malformed(
                "invalid-cursor", "page_token", "this page token is not one of this list: begin again without it");
    }

    private String after(List<String> values) {
        var places = IntStream.range(0, keys.size())
                .mapToObj(n ->
                        "CAST(" + bind(values.get(n)) + " AS " + keys.get(n).cast() + ")")
                .toList();
        if (keys.stream().map(Key::descending).distinct().count() == 1) {
            // One comparison of rows is what an index can begin at.
            return "(" + keys.stream().map(Key::sql).collect(Collectors.joining(", ")) + ")"
                    + (keys.getFirst().descending() ? " < (" : " > (") + String.join(", ", places) + ")";
        }
        var alternatives = new ArrayList<String>();
        for (var n = 0; n < keys.size(); n++) {
            var terms = new ArrayList<String>();
            for (var before = 0; before < n; before++) {
                terms.add(keys.get(before).sql() + " = " + places.get(before));
            }
            terms.add(keys.get(n).sql() + (keys.get(n).descending() ? " < " : " > ") + places.get(n));
            alternatives.add("(" + String.join(" AND ", terms) + ")");
        }
        // The first term says nothing new, but an index can begin at it.
        return keys.getFirst().sql() + (keys.getFirst().descending() ? " <= " : " >= ") + places.getFirst() + " AND ("
                + String.join(" OR ", alternatives) + ")";
    }

    private String comparison(Condition condition, Expression expression) {
        var operator = condition.operator();
        var type = expression.type();
        if (!operator.fits(type)) {
            throw refused("filter", operator.symbol() + " cannot be used with " + condition.field());
        }
        var places = condition.values().stream()
                .map(value -> place(condition, type, value))
                .collect(Collectors.joining(", "));
        var sql = expression.sql();
        return switch (operator) {
            case IS_NULL, IS_NOT_NULL -> sql + " " + operator.symbol();
            case IN, NOT_IN -> sql + " " + operator.symbol() + " (" + places + ")";
            case NOT_EQUAL -> sql + " <> " + places;
            case EQUAL ->
                expression.equal() == null
                        ? plain(expression, operator, places)
                        : expression.equal().replace("%s", places);
            case GREATER, GREATER_OR_EQUAL, LESS, LESS_OR_EQUAL, LIKE, ILIKE -> plain(expression, operator, places);
        };
    }

    private static String plain(Expression expression, Operator operator, String places) {
        var sql = expression.sql();
        return (expression.type() == Expression.Type.NUMBER ? "nullif(" + sql + ", 'NaN')" : sql) + " "
                + operator.symbol() + " " + places;
    }

    private String place(Condition condition, Expression.Type type, String value) {
        return switch (type) {
            case TEXT -> {
                if (!condition.quoted()) {
                    throw refused(
                            "filter", condition.field() + " is text: put the value into quotes, like '" + value + "'");
                }
                yield bind(value);
            }
            case NUMBER, WHOLE -> "CAST(" + bind(number(condition, value)) + " AS double precision)";
            case INSTANT ->
                // No row is older or younger than this, and PostgreSQL knows no much later moment.
                "to_timestamp(CAST(" + bind(Math.clamp(number(condition, value), 0, LAST_MILLI))
                        + " AS double precision) / 1000)";
            case ID -> throw refused("filter", "a list cannot be filtered by " + condition.field());
        };
    }

    private static double number(Condition condition, String value) {
        try {
            var number = Double.parseDouble(value);
            if (!condition.quoted()) {
                return number;
            }
        } catch (NumberFormatException malformed) {
            // Told below.
        }
        throw refused(
                "filter",
                condition.field() + " is a number: compare it with one, not with '" + Text.shortened(value, 60) + "'");
    }

    private static String rank(Expression expression) {
        var nan = expression.type() == Expression.Type.NUMBER ? " WHEN " + expression.sql() + " = 'NaN' THEN 1" : "";
        return "(CASE WHEN " + expression.sql() + " IS NULL THEN 2" + nan + " ELSE 0 END)";
    }

    private static String present(Expression expression) {
        if (!expression.nullable()) {
            return expression.sql();
        }
        return switch (expression.type()) {
            case TEXT -> "coalesce(" + expression.sql() + ", '')";
            case NUMBER -> "coalesce(nullif(" + expression.sql() + ", 'NaN'), 0)";
            case INSTANT -> "coalesce(" + expression.sql() + ", 'epoch')";
            case WHOLE -> "coalesce(" + expression.sql() + ", 0)";
            case ID -> expression.sql();
        };
    }

    private static Refusal refused(String field, String sentence) {
        return new Refusal.Invalid("invalid-" + field.replace('_', '-'), field, sentence);
    }

    private record Row<T>(T value, String position) {}

    private record Joined(String alias, String sql) {}

    private record Key(String sql, String cast, boolean descending) {}
}
