package dev.tidewright.webhooks;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt ended.
 *
 * @param status of the answer; null where there was none
 * @param error what was wrong, in words; empty where nothing was
 * @param answer the beginning of what the receiver said; only for tests
 * @param after how long the receiver asks to be left in peace; null where it does not
 */
record Outcome(
        Instant at,
        Duration took,
        @Nullable Integer status,
        String error,
        Fate fate,
        String answer,
        @Nullable Duration after) {

    /** What comes of it. */
    enum Fate {
        DELIVERED,
        /** Trying again may help. */
        FAILED,
        /** The same, and nobody was there to answer. */
        SILENT,
        /** The same call would be refused again. */
        REFUSED
    }
}
