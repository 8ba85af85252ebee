package dev.tidewright.training;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Lengths of time as people type them: {@code 45s}, {@code 30m}, {@code 1h30m}, {@code 7d}. */
final class Durations {

    static final Duration MAX = Duration.ofDays(7);

    private static final Pattern FORM =
            Pattern.compile("(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,6})m)?(?:([0-9]{1,6})s)?");

    private Durations() {}

    /** From one second to seven days; {@code field} is named in the refusal. */
    static Duration parse(String field, String text) {
        var match = FORM.matcher(text);
        if (match.matches()) {
            var length = Duration.ofDays(number(match.group(1)))
                    .plusHours(number(match.group(2)))
                    .plusMinutes(number(match.group(3)))
                    .plusSeconds(number(match.group(4)));
            if (!length.isZero() && length.compareTo(MAX) <= 0) {
                return length;
            }
        }
        throw new Refusal.Invalid(
                "invalid-duration",
                field,
                "\"" + Text.shortened(text, 40)
                        + "\" is not valid: give a length of time like \"45s\", \"30m\" or \"1h30m\", at most \"7d\"");
    }

    /** {@code 90 minutes} → {@code 1h30m}; parts of a second are dropped. */
    static String words(Duration length) {
        var text = new StringBuilder();
        append(text, length.toDays(), "d");
        append(text, length.toHoursPart(), "h");
        append(text, length.toMinutesPart(), "m");
        append(text, length.toSecondsPart(), "s");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static void append(StringBuilder text, long number, String unit) {
        if (number > 0) {
            text.append(number).append(unit);
        }
    }

    private static long number(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }
}
