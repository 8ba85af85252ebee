package dev.tidewright.query;

import java.util.List;

/**
 * One thing that every row of a list has to fulfil.
 *
 * @param values what the field is compared with: none for IS NULL, one, or several for IN
 * @param quoted whether the values were written as text, as opposed to numbers
 */
public record Condition(Field field, Operator operator, List<String> values, boolean quoted) {

    public Condition {
        values = List.copyOf(values);
    }
}
