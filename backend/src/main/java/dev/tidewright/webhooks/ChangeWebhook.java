package dev.tidewright.webhooks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Changes a webhook; what is null stays.
 *
 * @param secret another secret; empty: nothing is signed any more
 */
public record ChangeWebhook(
        @Nullable String name,
        @Nullable String url,
        @Nullable List<WebhookEvent> events,
        @Nullable String description,
        @Nullable String secret,
        @Nullable WebhookStatus status) {

    /** Never with the secret. */
    @Override
    public String toString() {
        return "ChangeWebhook[" + name + "]";
    }
}
