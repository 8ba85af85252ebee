package dev.tidewright.query;

/** The fields that a list knows. */
@FunctionalInterface
public interface Fields {

    /**
     * A field as SQL, or a refusal that names those that there are.
     *
     * @param query takes what the expression needs by {@link ListQuery#bind}
     */
    Expression of(Field field, ListQuery query);
}
