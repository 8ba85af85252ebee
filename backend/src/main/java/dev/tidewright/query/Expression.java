package dev.tidewright.query;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A field as SQL.
 *
 * @param nullable whether a row may be without it
 * @param around what a comparison is put into, with {@code %s} in its place: an EXISTS for what a row has several of
 * @param equal how to ask whether it equals {@code %s} where an index knows; null: by {@code =}
 * @param order what of several is sorted by; null: itself, or nothing where a row has several
 */
public record Expression(
        String sql,
        Type type,
        boolean nullable,
        String around,
        @Nullable String equal,
        @Nullable String order) {

    /** What can be compared with what. */
    public enum Type {
        TEXT("text"),
        NUMBER("double precision"),
        WHOLE("bigint"),
        /** Filtered by milliseconds since 1970. */
        INSTANT("timestamptz"),
        ID("uuid");

        private final String cast;

        Type(String cast) {
            this.cast = cast;
        }

        String cast() {
            return cast;
        }
    }

    /** Something that every row has. */
    public static Expression always(String sql, Type type) {
        return new Expression(sql, type, false, "%s", null, null);
    }

    /** Something that a row may be without. */
    public static Expression maybe(String sql, Type type) {
        return new Expression(sql, type, true, "%s", null, null);
    }

    /**
     * A tag.
     *
     * @param column of all tags of a row: texts in a {@code jsonb} object
     * @param key its place in the SQL
     */
    public static Expression tag(String column, String key) {
        return maybe("(" + column + " ->> " + key + ")", Type.TEXT)
                .equalBy(column + " @> jsonb_build_object(CAST(" + key + " AS text), CAST(%s AS text))");
    }

    /** Something that a row has several of, none of them to sort by. */
    public static Expression anyOf(String sql, String around) {
        return new Expression(sql, Type.TEXT, true, around, null, null);
    }

    /** Numbers that a row has several of, one of them to sort by. */
    public static Expression anyNumber(String sql, String around, String order) {
        return new Expression(sql, Type.NUMBER, true, around, null, order);
    }

    /** The same, where equality is asked in another way. */
    public Expression equalBy(String template) {
        return new Expression(sql, type, nullable, around, template, order);
    }

    /** As what rows are sorted by. */
    Optional<Expression> sorted() {
        if (order != null) {
            return Optional.of(maybe(order, type));
        }
        return around.equals("%s") ? Optional.of(this) : Optional.empty();
    }
}
