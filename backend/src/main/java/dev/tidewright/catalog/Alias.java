package dev.tidewright.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.regex.Pattern;

/**
 * A movable name of a version: 1 to 63 of {@code a-z 0-9 - _ .}, beginning with a letter; not {@code latest}, which always
 * means the highest number.
 */
public record Alias(@JsonValue String value) {

    /** The alias that needs no moving. */
    public static final String LATEST = "latest";

    private static final Pattern FORM = Pattern.compile("[a-z][-a-z0-9_.]{0,62}");
    private static final Pattern NUMBER = Pattern.compile("v[0-9]+");

    public Alias {
        if (value.equals(LATEST)) {
            throw wrong(value, "always means the highest version and cannot be moved");
        }
        if (NUMBER.matcher(value).matches()) {
            throw wrong(value, "looks like a version number");
        }
        if (!FORM.matcher(value).matches()) {
            throw wrong(value, "is not a valid alias");
        }
    }

    @JsonCreator
    public static Alias of(String value) {
        return new Alias(value);
    }

    private static Refusal wrong(String value, String what) {
        return new Refusal.Invalid(
                "invalid-alias",
                "alias",
                "\"" + Text.shortened(value, 70) + "\" " + what
                        + ": use 1 to 63 of a-z, 0-9, \"-\", \"_\", \".\", beginning with a letter, like \"champion\"");
    }

    @Override
    public String toString() {
        return value;
    }
}
