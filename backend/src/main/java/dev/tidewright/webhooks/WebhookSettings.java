package dev.tidewright.webhooks;

import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Deliveries.
 *
 * @param reach hosts and networks beyond the public internet that receivers may be in ({@code TIDEWRIGHT_WEBHOOK_REACH}), such as
 *     {@code ci.internal} or {@code 10.1.0.0/16}. Empty: none, because whoever names a receiver may reach less than the platform
 * @param connect how long a receiver may take to take a connection
 * @param timeout how long it may take in all
 * @param attempts how often a delivery is tried before it is given up
 * @param firstRetry how long after the first attempt; four times as long after each further one, up to {@code longestRetry}
 * @param longestRetry the longest pause between two attempts
 * @param longestRest the longest pause for a receiver that does not answer at all
 * @param giveUpAfter how old a delivery becomes that could not even be tried as often
 * @param keep how long the log keeps what is over
 */
@ConfigurationProperties("tidewright.webhooks")
record WebhookSettings(
        @DefaultValue({}) List<String> reach,
        @DefaultValue("5s") Duration connect,
        @DefaultValue("10s") Duration timeout,
        @DefaultValue("8") @Min(1) @Max(50) int attempts,
        @DefaultValue("10s") Duration firstRetry,
        @DefaultValue("6h") Duration longestRetry,
        @DefaultValue("5m") Duration longestRest,
        @DefaultValue("1d") Duration giveUpAfter,
        @DefaultValue("30d") Duration keep) {

    /** How long to wait after so many attempts. */
    Duration retryAfter(int attempts) {
        return pause(attempts, longestRetry);
    }

    /** How long a receiver is left in peace that did not answer so many times in a row. */
    Duration restAfter(int silences) {
        return pause(silences, longestRest);
    }

    private Duration pause(int times, Duration longest) {
        var pause = firstRetry.multipliedBy(1L << Math.min(20, 2 * (times - 1)));
        return pause.compareTo(longest) < 0 ? pause : longest;
    }
}
