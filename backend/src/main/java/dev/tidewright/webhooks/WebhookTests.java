package dev.tidewright.webhooks;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** Tries a webhook once, while the caller waits, with an example in the place of what happened. */
@Component
public class WebhookTests {

    private final WebhookService webhooks;
    private final DeliveryService deliveries;
    private final Payloads payloads;
    private final WebhookSender sender;
    private final InstantSource clock;

    WebhookTests(
            WebhookService webhooks,
            DeliveryService deliveries,
            Payloads payloads,
            WebhookSender sender,
            InstantSource clock) {
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.payloads = payloads;
        this.sender = sender;
        this.clock = clock;
    }

    /**
     * How a test ended.
     *
     * @param delivery under which it is in the log
     * @param httpStatus of the answer; null where there was none
     * @param answer the first 4096 bytes of what the receiver said
     * @param error what was wrong, in words; empty where nothing was
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Result(
            UUID delivery, boolean success, @Nullable Integer httpStatus, String answer, String error) {}

    /**
     * Sends an example, and notes it in the log.
     *
     * @param event null: the first that the webhook is told of
     */
    public Result test(Name namespace, UUID id, @Nullable WebhookEvent event) {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new Refusal.Malformed(
                    "not-repeatable",
                    "Idempotency-Key",
                    "a test is done anew each time: send it without Idempotency-Key");
        }
        var told = event == null ? webhooks.require(namespace, id).events().getFirst() : event;
        var parcel = webhooks.parcel(namespace, id, payloads.example(told, namespace, clock.instant()));
        var outcome = sender.send(parcel, true);
        deliveries.tested(parcel, told, outcome);
        return new Result(
                parcel.id(),
                outcome.fate() == Outcome.Fate.DELIVERED,
                outcome.status(),
                outcome.answer(),
                outcome.error());
    }
}
