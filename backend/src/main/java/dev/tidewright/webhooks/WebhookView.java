package dev.tidewright.webhooks;

import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.List;
import java.util.UUID;

/**
 * A webhook as others see it.
 *
 * @param signed whether there is a secret; which one, nobody is told
 */
public record WebhookView(
        UUID id,
        Name namespace,
        String name,
        String description,
        String url,
        List<WebhookEvent> events,
        WebhookStatus status,
        boolean signed,
        Instant createdAt,
        String createdBy,
        Instant updatedAt,
        long version) {}
