package dev.tidewright.webhooks;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import dev.tidewright.kernel.Transition;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.AbstractAggregateRoot;

/** A receiver and what it is told of. Its address may be a secret in itself, so the history has neither. */
@Entity
class Webhook extends AbstractAggregateRoot<Webhook> {

    static final int LONGEST_SECRET = 1000;
    private static final int LONGEST_DESCRIPTION = 1000;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

    @Id
    private UUID id;

    @Version
    private @Nullable Long version;

    private Name namespace;
    private String name;
    private String description;
    private String url;

    @JdbcTypeCode(SqlTypes.JSON)
    private List<String> events;

    @Enumerated(EnumType.STRING)
    private WebhookStatus status;

    private byte @Nullable [] secret;
    private Instant createdAt;
    private String createdBy;
    private Instant updatedAt;

    @SuppressWarnings("NullAway.Init")
    protected Webhook() {}

    /** @param secret sealed for {@code id}; null: nothing is signed */
    Webhook(UUID id, Name namespace, CreateWebhook command, byte @Nullable [] secret, Actor actor, Instant now) {
        this.id = id;
        this.namespace = namespace;
        this.name = named(command.name());
        this.url = WebhookAddress.of(command.url()).text();
        this.events = texts(command.events());
        this.description = described(command.description());
        this.status = command.status() == null ? WebhookStatus.ACTIVE : command.status();
        this.secret = secret;
        this.createdAt = now;
        this.createdBy = actor.name();
        this.updatedAt = now;
        note("created", null, status.name(), actor, now, Map.of("events", String.join(", ", events)));
    }

    /** @param sealed the command's secret, sealed for this webhook; null where it has none or an empty one */
    void change(ChangeWebhook command, byte @Nullable [] sealed, Actor actor, Instant now) {
        var changes = new TreeMap<String, String>();
        if (command.name() != null && !command.name().equals(name)) {
            name = named(command.name());
            changes.put("name", name);
        }
        if (command.url() != null && !command.url().equals(url)) {
            url = WebhookAddress.of(command.url()).text();
            changes.put("url", "changed");
        }
        if (command.events() != null && !texts(command.events()).equals(events)) {
            events = texts(command.events());
            changes.put("events", String.join(", ", events));
        }
        if (command.description() != null && !command.description().equals(description)) {
            description = described(command.description());
            changes.put("description", "changed");
        }
        if (command.secret() != null) {
            secret = sealed;
            changes.put("secret", sealed == null ? "taken away" : "changed");
        }
        var before = status;
        if (command.status() != null) {
            status = command.status();
        }
        if (!changes.isEmpty() || before != status) {
            updatedAt = now;
            note(
                    "changed",
                    before == status ? null : before.name(),
                    before == status ? null : status.name(),
                    actor,
                    now,
                    changes);
        }
    }

    void delete(Actor actor, Instant now) {
        note("deleted", null, null, actor, now, Map.of());
    }

    private static String named(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new Refusal.Invalid(
                    "invalid-name",
                    "name",
                    "\"" + Text.shortened(name, 70)
                            + "\" is not a valid name of a webhook: use 1 to 63 letters, digits,"
                            + " \".\", \"_\" and \"-\", beginning and ending with a letter or digit");
        }
        return name;
    }

    private static String described(@Nullable String text) {
        if (text != null && text.length() > LONGEST_DESCRIPTION) {
            throw new Refusal.Invalid(
                    "invalid-description",
                    "description",
                    "the description has " + text.length() + " characters: use at most " + LONGEST_DESCRIPTION);
        }
        return text == null ? "" : text;
    }

    private static List<String> texts(List<WebhookEvent> events) {
        if (events.isEmpty()) {
            throw new Refusal.Invalid(
                    "no-events", "events", "a webhook without events is told nothing: name one or more");
        }
        return events.stream().distinct().map(WebhookEvent::text).toList();
    }

    private void note(
            String verb,
            @Nullable String from,
            @Nullable String to,
            Actor actor,
            Instant now,
            Map<String, String> facts) {
        registerEvent(new Transition(namespace.value(), "webhook", id, name, verb, from, to, "", actor, now, facts));
    }

    Parcel parcel(UUID delivery, String body) {
        return new Parcel(delivery, id, url, secret, body);
    }

    WebhookView view() {
        return new WebhookView(
                id,
                namespace,
                name,
                description,
                url,
                events.stream().map(WebhookEvent::of).toList(),
                status,
                secret != null,
                createdAt,
                createdBy,
                updatedAt,
                version());
    }

    long version() {
        return version == null ? 0 : version;
    }
}
