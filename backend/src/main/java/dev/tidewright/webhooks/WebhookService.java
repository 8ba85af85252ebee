package dev.tidewright.webhooks;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.IfMatch;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.reconcile.WorkQueue;
import dev.tidewright.tenancy.SecretBox;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Makes, changes and deletes webhooks. */
@Service
@Transactional
public class WebhookService {

    private static final int MOST = 50;
    private static final UUID FIRST = new UUID(0, 0);

    private final Webhooks webhooks;
    private final DeliveryRows deliveries;
    private final Reach reach;
    private final SecretBox secrets;
    private final WorkQueue queue;
    private final InstantSource clock;

    WebhookService(
            Webhooks webhooks,
            DeliveryRows deliveries,
            Reach reach,
            SecretBox secrets,
            WorkQueue queue,
            InstantSource clock) {
        this.webhooks = webhooks;
        this.deliveries = deliveries;
        this.reach = reach;
        this.secrets = secrets;
        this.queue = queue;
        this.clock = clock;
    }

    /** Names a receiver; at most {@value #MOST} in a namespace. */
    public WebhookView create(Name namespace, CreateWebhook command, Actor actor) {
        if (webhooks.countByNamespace(namespace) >= MOST) {
            throw new Refusal.Conflict(
                    "too-many-webhooks", namespace + " has " + MOST + " webhooks already: delete one first");
        }
        reach.requirePossible(WebhookAddress.of(command.url()).url().host());
        var id = Ids.next(clock.instant());
        var webhook = new Webhook(id, namespace, command, sealed(command.secret(), id), actor, clock.instant());
        return webhooks.saveAndFlush(webhook).view();
    }

    /**
     * Changes a webhook, and has what waits for it tried at once.
     *
     * @param ifMatch the webhook as the caller knows it; {@code *} for any
     */
    public WebhookView change(Name namespace, UUID id, ChangeWebhook command, @Nullable String ifMatch, Actor actor) {
        var webhook = found(namespace, id);
        IfMatch.require(ifMatch, "webhook", id, webhook.version());
        if (command.url() != null) {
            reach.requirePossible(WebhookAddress.of(command.url()).url().host());
        }
        webhook.change(command, sealed(command.secret(), id), actor, clock.instant());
        var changed = webhooks.saveAndFlush(webhook).view();
        deliveries.awake(id);
        queue.put(WebhookReconciler.KIND, id);
        return changed;
    }

    /**
     * Deletes a webhook with its log; what waits is not sent any more.
     *
     * @param ifMatch the webhook as the caller knows it; {@code *} for any
     */
    public void delete(Name namespace, UUID id, @Nullable String ifMatch, Actor actor) {
        var webhook = found(namespace, id);
        IfMatch.require(ifMatch, "webhook", id, webhook.version());
        webhook.delete(actor, clock.instant());
        webhooks.delete(webhook);
    }

    /** A webhook of this namespace, or refuses. */
    @Transactional(readOnly = true)
    public WebhookView require(Name namespace, UUID id) {
        return found(namespace, id).view();
    }

    /** Oldest first. */
    @Transactional(readOnly = true)
    public Slice<WebhookView> list(Name namespace, @Nullable String cursor, int limit) {
        var page = webhooks.findByNamespaceAndIdGreaterThanOrderById(
                namespace, Cursor.id(cursor).orElse(FIRST), Limit.of(limit + 1));
        return Slice.of(page.stream().map(Webhook::view).toList(), limit, WebhookView::id);
    }

    /** What a test sends, and where. */
    @Transactional(readOnly = true)
    Parcel parcel(Name namespace, UUID id, String body) {
        return found(namespace, id).parcel(Ids.next(clock.instant()), body);
    }

    private Webhook found(Name namespace, UUID id) {
        return webhooks.findByIdAndNamespace(id, namespace).orElseThrow(() -> new Refusal.NotFound("webhook", id));
    }

    private byte @Nullable [] sealed(@Nullable String secret, UUID id) {
        if (secret == null || secret.isEmpty()) {
            return null;
        }
        if (secret.length() > Webhook.LONGEST_SECRET) {
            throw new Refusal.Invalid(
                    "invalid-secret",
                    "secret",
                    "the secret has " + secret.length() + " characters: use at most " + Webhook.LONGEST_SECRET);
        }
        return secrets.seal(secret, id);
    }
}
