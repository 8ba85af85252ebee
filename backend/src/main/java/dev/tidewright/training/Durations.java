package dev.tidewright.training;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import dev.tidewright.kernel.Timespan;
import java.time.Duration;

/** How long a job may run: a {@link Timespan} of whole seconds, from one second to seven days. */
final class Durations {

    static final Duration MAX = Duration.ofDays(7);

    private Durations() {}

    /** {@code field} is named in the refusal. */
    static Duration parse(String field, String text) {
        try {
            var length = Timespan.of(text).value();
            if (length.toMillis() >= 1000 && length.toMillis() % 1000 == 0 && length.compareTo(MAX) <= 0) {
                return length;
            }
        } catch (Refusal.Invalid malformed) {
            // Said below, with the bounds.
        }
        throw new Refusal.Invalid(
                "invalid-duration",
                field,
                "\"" + Text.shortened(text, 40)
                        + "\" is not valid: give a length of time like \"45s\", \"30m\", \"1h30m\" or \"PT30M\", at most \"7d\"");
    }

    /** {@code 90 minutes} → {@code 1h30m}. */
    static String words(Duration length) {
        return Timespan.of(length).toString();
    }
}
