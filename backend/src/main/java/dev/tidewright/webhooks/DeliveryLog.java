package dev.tidewright.webhooks;

import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reads what became of deliveries. */
@Service
@Transactional(readOnly = true)
class DeliveryLog {

    private final DeliveryRows rows;
    private final WebhookService webhooks;

    DeliveryLog(DeliveryRows rows, WebhookService webhooks) {
        this.rows = rows;
        this.webhooks = webhooks;
    }

    /** Newest first. */
    Slice<DeliveryView> list(
            Name namespace, UUID webhook, @Nullable DeliveryStatus status, @Nullable String cursor, int limit) {
        webhooks.require(namespace, webhook);
        var before = Cursor.number(cursor).orElse(null);
        return Slice.of(rows.list(webhook, status, before, limit + 1), limit, DeliveryView::seq);
    }

    DeliveryView require(Name namespace, UUID webhook, UUID id) {
        webhooks.require(namespace, webhook);
        return rows.find(webhook, id).orElseThrow(() -> new Refusal.NotFound("delivery", id));
    }

    /** What is sent, as it is sent. */
    String body(UUID webhook, UUID id) {
        return rows.body(webhook, id).orElseThrow(() -> new Refusal.NotFound("delivery", id));
    }

    Map<UUID, DeliveryRows.Counts> counts(Name namespace) {
        return rows.counts(namespace);
    }
}
