package dev.tidewright.webhooks;

import dev.tidewright.kernel.FailPoints;
import dev.tidewright.reconcile.Next;
import dev.tidewright.reconcile.Reconciler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import org.springframework.stereotype.Component;

/**
 * Sends what a webhook has to send, one delivery in a pass: in order, and a receiver that is slow keeps only its own waiting.
 * Between sending and writing it down there is a moment: what dies in it is sent again, under the same id.
 */
@Component
class WebhookReconciler implements Reconciler {

    static final String KIND = "webhook";

    private final DeliveryService deliveries;
    private final WebhookSender sender;
    private final InstantSource clock;

    WebhookReconciler(DeliveryService deliveries, WebhookSender sender, InstantSource clock) {
        this.deliveries = deliveries;
        this.sender = sender;
        this.clock = clock;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public boolean asksOutside() {
        return true;
    }

    @Override
    public Next reconcile(UUID id) {
        var due = deliveries.next(id).orElse(null);
        if (due == null) {
            return Next.done();
        }
        var wait = due.in(clock.instant());
        if (!wait.isZero()) {
            return Next.again(wait);
        }
        FailPoints.reach("webhook.send.before");
        var outcome = sender.send(due.parcel(), false);
        FailPoints.reach("webhook.send.before-record");
        deliveries.record(due.parcel(), outcome);
        return Next.again(Duration.ZERO);
    }
}
