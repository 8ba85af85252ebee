package dev.tidewright.webhooks;

import jakarta.validation.constraints.NotNull;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Names a receiver.
 *
 * @param name 1 to 63 letters, digits, {@code . _ -}; need not be unique
 * @param url where to, {@code https} or {@code http}
 * @param events at least one
 * @param secret what the receiver checks signatures with, up to 1000 characters; nobody is shown it again. Null or empty: nothing
 *     is signed
 * @param status {@code ACTIVE} unless said
 */
public record CreateWebhook(
        @NotNull String name,
        @NotNull String url,
        @NotNull List<WebhookEvent> events,
        @Nullable String description,
        @Nullable String secret,
        @Nullable WebhookStatus status) {

    /** Never with the secret. */
    @Override
    public String toString() {
        return "CreateWebhook[" + name + "]";
    }
}
