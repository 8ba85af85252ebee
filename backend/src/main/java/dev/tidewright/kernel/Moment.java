package dev.tidewright.kernel;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/** How a past moment is asked for: {@code 2026-11-22T10:00:00Z}, or a day, which means its end in UTC. */
public final class Moment {

    private static final int DAY = "2026-11-22".length();

    private Moment() {}

    /** Refuses what is neither; {@code parameter} is where it was given. */
    public static Instant parse(String parameter, String text) {
        try {
            return text.length() == DAY
                    ? LocalDate.parse(text)
                            .plusDays(1)
                            .atStartOfDay(ZoneOffset.UTC)
                            .toInstant()
                            .minusNanos(1000)
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException malformed) {
            throw new Refusal.Malformed(
                    "invalid-instant", parameter, "give an instant like 2026-11-22T10:00:00Z or a day like 2026-11-22");
        }
    }
}
