package dev.tidewright.kernel;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A length of time as people type it: {@code 500ms}, {@code 30s}, {@code 10m}, {@code 1h30m}, {@code 2d}; or as ISO 8601
 * has it: {@code PT90S}, {@code P30D}. From 0 to 3660 days.
 */
public record Timespan(Duration value) implements Comparable<Timespan> {

    private static final Duration MAX = Duration.ofDays(3660);
    private static final Pattern WHOLE =
            Pattern.compile("(?=.)" + part("d") + part("h") + part("m(?!s)") + part("s") + part("ms"));
    private static final Pattern PART = Pattern.compile("([0-9.]+)(ms|s|m|h|d)");
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

    public Timespan {
        if (value.isNegative()) {
            throw wrong(value.toString());
        }
        if (value.compareTo(MAX) > 0) {
            throw tooLong(value.toString());
        }
    }

    @JsonCreator
    public static Timespan of(String text) {
        if (text.startsWith("P") || text.startsWith("p")) {
            return ofIso(text);
        }
        if (!WHOLE.matcher(text).matches()) {
            throw wrong(text);
        }
        var millis = BigDecimal.ZERO;
        var part = PART.matcher(text);
        while (part.find()) {
            millis = millis.add(
                    new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(MILLIS.getOrDefault(part.group(2), 1L))));
        }
        return checked(text, Duration.ofMillis(millis.longValue()));
    }

    public static Timespan of(Duration value) {
        return new Timespan(value);
    }

    private static Timespan ofIso(String text) {
        try {
            return checked(text, Duration.parse(text));
        } catch (DateTimeParseException malformed) {
            throw wrong(text);
        }
    }

    /** Refuses what is too long in the words it was written in. */
    private static Timespan checked(String text, Duration value) {
        if (value.compareTo(MAX) > 0) {
            throw tooLong(text);
        }
        return new Timespan(value);
    }

    /** At most one of each unit, the largest first: what is written another way is a typing error. */
    private static String part(String unit) {
        return "(?:[0-9]{1,9}(?:\\.[0-9]{1,3})?" + unit + ")?";
    }

    private static Refusal tooLong(String text) {
        return new Refusal.Invalid(
                "invalid-duration",
                "duration",
                "\"" + Text.shortened(text, 40) + "\" is too long: give at most " + MAX.toDays() + "d");
    }

    private static Refusal wrong(String text) {
        return new Refusal.Invalid(
                "invalid-duration",
                "duration",
                "\"" + Text.shortened(text, 40)
                        + "\" is not valid: give a length of time like \"90s\", \"12h\", \"1h30m\", \"30d\" or \"PT90S\"");
    }

    @Override
    public int compareTo(Timespan other) {
        return value.compareTo(other.value);
    }

    /** The shortest exact form; the inverse of {@link #of(String)}. */
    @JsonValue
    @Override
    public String toString() {
        var text = new StringBuilder();
        var rest = value.toMillis();
        for (var unit : new String[] {"d", "h", "m", "s", "ms"}) {
            var size = MILLIS.getOrDefault(unit, 1L);
            if (rest >= size) {
                text.append(rest / size).append(unit);
                rest %= size;
            }
        }
        return text.isEmpty() ? "0s" : text.toString();
    }
}
