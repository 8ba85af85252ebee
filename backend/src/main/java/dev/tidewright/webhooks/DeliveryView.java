package dev.tidewright.webhooks;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One delivery and what became of it.
 *
 * @param id what the receiver reads in {@code X-MLflow-Delivery-Id}
 * @param subject what it is about: {@code diabetes}, {@code diabetes/3}, {@code diabetes@champion}
 * @param test whether somebody only tried the webhook
 * @param nextAttempt when it is tried again; null when it is over
 * @param endedAt when it was delivered or given up
 * @param reason why it was given up
 * @param attempts oldest first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record DeliveryView(
        UUID id,
        WebhookEvent event,
        String subject,
        boolean test,
        DeliveryStatus status,
        Instant madeAt,
        @Nullable Instant nextAttempt,
        @Nullable Instant endedAt,
        String reason,
        List<Attempt> attempts,
        @JsonIgnore long seq) {

    DeliveryView with(List<Attempt> made) {
        return new DeliveryView(id, event, subject, test, status, madeAt, nextAttempt, endedAt, reason, made, seq);
    }

    /**
     * One call of the receiver.
     *
     * @param httpStatus of the answer; null where there was none
     * @param error what was wrong, in words; empty where nothing was
     * @param millis how long it took
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Attempt(int number, Instant at, @Nullable Integer httpStatus, String error, long millis) {

        /** For pages. */
        @JsonIgnore
        public Duration took() {
            return Duration.ofMillis(millis);
        }

        /** For pages: {@code 503, cannot take it now}. */
        @JsonIgnore
        public String sentence() {
            return httpStatus == null ? error : error.isEmpty() ? httpStatus.toString() : httpStatus + ", " + error;
        }
    }
}
