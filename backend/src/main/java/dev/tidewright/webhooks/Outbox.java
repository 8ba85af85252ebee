package dev.tidewright.webhooks;

import dev.tidewright.catalog.RegistryEvent;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Transition;
import dev.tidewright.reconcile.WorkQueue;
import java.time.InstantSource;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Writes down what is to be told, in the transaction of the change that it is about: both are there afterwards or neither. */
@Component
class Outbox {

    private final DeliveryRows rows;
    private final Payloads payloads;
    private final WorkQueue queue;
    private final InstantSource clock;

    Outbox(DeliveryRows rows, Payloads payloads, WorkQueue queue, InstantSource clock) {
        this.rows = rows;
        this.payloads = payloads;
        this.queue = queue;
        this.clock = clock;
    }

    @EventListener
    @Transactional(propagation = Propagation.MANDATORY)
    void on(RegistryEvent happened) {
        var event = Payloads.event(happened);
        var receivers = rows.receivers(happened.namespace(), event);
        if (receivers.isEmpty()) {
            return;
        }
        var now = clock.instant();
        var body = payloads.body(happened, now);
        for (var receiver : receivers) {
            rows.add(Ids.next(now), receiver, event, Payloads.subject(happened), body, now);
            queue.put(WebhookReconciler.KIND, receiver);
        }
    }

    /** Whoever makes a namespace of the same name later is nobody's to listen to. */
    @EventListener
    void on(Transition happened) {
        if (happened.kind().equals("namespace") && happened.verb().equals("deleted")) {
            rows.deleteAll(Name.of(happened.name()));
        }
    }
}
