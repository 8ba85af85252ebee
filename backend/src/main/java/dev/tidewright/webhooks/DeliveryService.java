package dev.tidewright.webhooks;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import dev.tidewright.kernel.Timespan;
import dev.tidewright.kernel.Transition;
import dev.tidewright.reconcile.WorkQueue;
import dev.tidewright.webhooks.Outcome.Fate;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Says what is to be sent next, and writes down what became of it. */
@Service
@Transactional
class DeliveryService {

    private final DeliveryRows rows;
    private final Webhooks webhooks;
    private final WebhookSettings settings;
    private final WorkQueue queue;
    private final ApplicationEventPublisher events;
    private final InstantSource clock;

    DeliveryService(
            DeliveryRows rows,
            Webhooks webhooks,
            WebhookSettings settings,
            WorkQueue queue,
            ApplicationEventPublisher events,
            InstantSource clock) {
        this.rows = rows;
        this.webhooks = webhooks;
        this.settings = settings;
        this.queue = queue;
        this.events = events;
        this.clock = clock;
    }

    /** What a webhook has to send next, and when; empty while there is nothing. Gives up what has become too old. */
    Optional<DeliveryRows.Due> next(UUID webhook) {
        var now = clock.instant();
        var why = "it could not be delivered within " + Timespan.of(settings.giveUpAfter());
        var old = rows.expire(webhook, now.minus(settings.giveUpAfter()), why, now);
        if (old > 0) {
            gaveUp(webhook, why, Map.of("deliveries", String.valueOf(old)), now);
        }
        rows.forget(webhook, now.minus(settings.keep()));
        return rows.next(webhook);
    }

    /** Writes down how an attempt ended. Nothing, where the webhook was deleted meanwhile. */
    void record(Parcel parcel, Outcome outcome) {
        var before = rows.attemptsOf(parcel.id()).orElse(null);
        if (before == null) {
            return;
        }
        var now = clock.instant();
        rows.attempted(parcel.id(), outcome);
        if (outcome.fate() == Fate.SILENT) {
            rows.rest(parcel.webhook(), now.plus(settings.restAfter(rows.silent(parcel.webhook()))));
        } else {
            rows.awake(parcel.webhook());
        }
        switch (outcome.fate()) {
            case DELIVERED -> rows.end(parcel.id(), DeliveryStatus.DELIVERED, "", now);
            case REFUSED -> giveUp(parcel, "the receiver " + said(outcome), now);
            case FAILED, SILENT -> {
                var made = before + 1;
                if (made >= settings.attempts()) {
                    giveUp(
                            parcel,
                            "after " + Text.counted(made, "attempt") + "; at last the receiver " + said(outcome),
                            now);
                } else {
                    var pause = settings.retryAfter(made);
                    var asked = outcome.after();
                    rows.postpone(parcel.id(), now.plus(asked == null || asked.compareTo(pause) < 0 ? pause : asked));
                }
            }
        }
    }

    /** Sends a delivery once more, with all the attempts of a new one; at once where it waits already. */
    DeliveryView again(Name namespace, UUID webhook, UUID id, Actor actor) {
        var found = webhooks.findByIdAndNamespace(webhook, namespace)
                .orElseThrow(() -> new Refusal.NotFound("webhook", webhook));
        var delivery = rows.find(webhook, id).orElseThrow(() -> new Refusal.NotFound("delivery", id));
        if (found.view().status() == WebhookStatus.DISABLED) {
            throw new Refusal.Conflict(
                    "webhook-disabled", "webhook \"" + found.view().name() + "\" is disabled: enable it first");
        }
        if (delivery.test()) {
            throw new Refusal.Conflict("only-a-test", "this was a test: test the webhook again instead");
        }
        var now = clock.instant();
        rows.again(webhook, id, now);
        queue.put(WebhookReconciler.KIND, webhook);
        events.publishEvent(transition(
                found.view(),
                "redelivery-asked",
                "",
                actor,
                now,
                Map.of("delivery", id.toString(), "event", delivery.event().text())));
        return rows.find(webhook, id).orElseThrow();
    }

    /** Notes a test, which is over. */
    void tested(Parcel parcel, WebhookEvent event, Outcome outcome) {
        rows.addTest(parcel.id(), parcel.webhook(), event, parcel.body(), outcome);
        if (outcome.fate() != Fate.SILENT) {
            rows.awake(parcel.webhook());
            queue.put(WebhookReconciler.KIND, parcel.webhook());
        }
    }

    private void giveUp(Parcel parcel, String reason, Instant now) {
        rows.end(parcel.id(), DeliveryStatus.GIVEN_UP, reason, now);
        gaveUp(parcel.webhook(), reason, Map.of("delivery", parcel.id().toString()), now);
    }

    private void gaveUp(UUID webhook, String reason, Map<String, String> facts, Instant now) {
        webhooks.findById(webhook)
                .ifPresent(found -> events.publishEvent(
                        transition(found.view(), "gave-up", reason, Actor.system("webhooks"), now, facts)));
    }

    private static Transition transition(
            WebhookView webhook, String verb, String reason, Actor actor, Instant now, Map<String, String> facts) {
        return new Transition(
                webhook.namespace().value(),
                "webhook",
                webhook.id(),
                webhook.name(),
                verb,
                null,
                null,
                reason,
                actor,
                now,
                facts);
    }

    private static String said(Outcome outcome) {
        return outcome.status() == null
                ? "could not be asked: " + outcome.error()
                : "answered " + outcome.status() + ": " + outcome.error();
    }
}
