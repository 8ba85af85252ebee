package dev.tidewright.kernel;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Pattern;

/**
 * A DNS-1123 label: 1 to 63 of {@code a-z 0-9 -}, beginning and ending with a letter or digit. Every user-visible object
 * is named by one, so that the same name is legal in a URL, a process table and a Kubernetes cluster.
 */
public record Name(@JsonValue String value) implements Comparable<Name> {

    private static final Pattern LABEL = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

    public Name {
        if (!LABEL.matcher(value).matches()) {
            throw wrong("name", value);
        }
    }

    /** From a form, whose {@code field} is named in the refusal; spaces around are no part of it. */
    public static Name of(String field, String text) {
        if (!LABEL.matcher(text.strip()).matches()) {
            throw wrong(field, text);
        }
        return new Name(text.strip());
    }

    private static Refusal wrong(String field, String value) {
        return new Refusal.Invalid(
                "invalid-name",
                field,
                "\"" + Text.shortened(value, 70) + "\" is not a valid name: use 1 to 63 lower-case letters, digits "
                        + "or \"-\", beginning and ending with a letter or digit");
    }

    /** The factory that JSON, form and path values come through. */
    @JsonCreator
    public static Name of(String value) {
        return new Name(value);
    }

    @Override
    public int compareTo(Name other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
