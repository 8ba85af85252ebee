package dev.tidewright.query;

import org.jspecify.annotations.Nullable;

/**
 * A field as SQL.
 *
 * @param nullable whether a row may be without it
 * @param around what a comparison is put into, with {@code %s} in its place: an EXISTS for what a row has several of
 * @param equal how to ask whether it equals {@code %s} where an index knows; null: by {@code =}
 */
public record Expression(
        String sql,
        Type type,
        boolean nullable,
        String around,
        @Nullable String equal) {

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
        return new Expression(sql, type, false, "%s", null);
    }

    /** Something that a row may be without. */
    public static Expression maybe(String sql, Type type) {
        return new Expression(sql, type, true, "%s", null);
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
        return new Expression(sql, Type.TEXT, true, around, null);
    }

    /** The same, where equality is asked in another way. */
    public Expression equalBy(String template) {
        return new Expression(sql, type, nullable, around, template);
    }
}
