package dev.tidewright.catalog;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.regex.Pattern;

/**
 * A movable name of a version: 1 to 255 letters, digits and {@code - _ .}, not beginning with a dot; not {@code latest}, which
 * always means the highest number, and not {@code v3}. Capital letters make another alias.
 */
public record Alias(@JsonValue String value) {

    /** The alias that needs no moving. */
    public static final String LATEST = "latest";

    private static final Pattern FORM = Pattern.compile("[\\w-][\\w.-]{0,254}", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern NUMBER = Pattern.compile("[vV]\\d+");

    public Alias {
        if (value.equalsIgnoreCase(LATEST)) {
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
                        + ": use 1 to 255 letters, digits, \"-\", \"_\" and \".\", not beginning with \".\", like \"champion\"");
    }

    @Override
    public String toString() {
        return value;
    }
}
