package dev.tidewright.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;

/**
 * What a model is called: 1 to 256 characters as people write them, capital letters and spaces too, unique in the namespace
 * to the letter. Refused is what would not survive the way through addresses and proxies, or would be read as a part of
 * {@code name/3} or {@code models:/name}.
 */
public record ModelName(@JsonValue String value) implements Comparable<ModelName> {

    private static final int LONGEST = 256;

    public ModelName {
        check("name", value);
    }

    /** From a form, whose {@code field} is named in the refusal; spaces around are no part of it. */
    public static ModelName of(String field, String text) {
        check(field, text.strip());
        return new ModelName(text.strip());
    }

    /** The factory that JSON, form and path values come through. */
    @JsonCreator
    public static ModelName of(String value) {
        return new ModelName(value);
    }

    /** Percent-encoded, as a segment of an address. */
    public String inPath() {
        return Text.inPath(value);
    }

    private static void check(String field, String value) {
        if (value.isEmpty()
                || value.length() > LONGEST
                || !value.equals(value.strip())
                || value.equals(".")
                || value.equals("..")
                || value.codePoints().anyMatch(ModelName::isRefused)) {
            throw new Refusal.Invalid(
                    "invalid-name",
                    field,
                    "\"" + Text.shortened(value, 70) + "\" is not a valid name of a model: use 1 to " + LONGEST
                            + " characters, no spaces around, none of / : % ; \\ and no control characters");
        }
    }

    private static boolean isRefused(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.SURROGATE, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                true;
            default -> "/:%;\\".indexOf(character) >= 0;
        };
    }

    @Override
    public int compareTo(ModelName other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
