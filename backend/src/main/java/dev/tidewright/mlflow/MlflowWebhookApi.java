package dev.tidewright.mlflow;

import static dev.tidewright.mlflow.Given.required;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import dev.tidewright.webhooks.ChangeWebhook;
import dev.tidewright.webhooks.CreateWebhook;
import dev.tidewright.webhooks.WebhookEvent;
import dev.tidewright.webhooks.WebhookService;
import dev.tidewright.webhooks.WebhookStatus;
import dev.tidewright.webhooks.WebhookTests;
import dev.tidewright.webhooks.WebhookView;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Webhooks of the registry; a person's business, and an admin's. */
@RestController
@RequestMapping("/api/2.0/mlflow/webhooks")
class MlflowWebhookApi {

    private static final int MOST = 1000;

    private final WebhookService webhooks;
    private final WebhookTests tests;
    private final Access access;

    MlflowWebhookApi(WebhookService webhooks, WebhookTests tests, Access access) {
        this.webhooks = webhooks;
        this.tests = tests;
        this.access = access;
    }

    @PostMapping
    @PreAuthorize("@access.mayTrack(#ns, 'ADMIN')")
    One create(@InWorkspace Name ns, @RequestBody Write command) {
        return one(webhooks.create(
                ns,
                new CreateWebhook(
                        required("name", command.name()),
                        required("url", command.url()),
                        events(required("events", command.events())),
                        command.description(),
                        command.secret(),
                        status(command.status())),
                access.actor()));
    }

    @GetMapping
    @PreAuthorize("@access.mayTrack(#ns, 'ADMIN')")
    Page list(
            @InWorkspace Name ns,
            @RequestParam(name = "max_results", required = false) @Nullable Integer maxResults,
            @RequestParam(name = "page_token", required = false) @Nullable String pageToken) {
        var page = webhooks.list(ns, pageToken, Given.limit(maxResults, 100, MOST));
        return new Page(page.items().stream().map(OnWire::of).toList(), page.nextCursor());
    }

    @GetMapping("/{webhookId}")
    @PreAuthorize("@access.mayTrack(#ns, 'ADMIN')")
    One get(@InWorkspace Name ns, @PathVariable String webhookId) {
        return one(webhooks.require(ns, id(webhookId)));
    }

    /** What is left out stays; so does an empty name, address or list of events. An empty secret takes it away. */
    @PatchMapping("/{webhookId}")
    @PreAuthorize("@access.mayTrack(#ns, 'ADMIN')")
    One update(@InWorkspace Name ns, @PathVariable String webhookId, @RequestBody Write command) {
        var change = new ChangeWebhook(
                given(command.name()),
                given(command.url()),
                Given.all(command.events()).isEmpty() ? null : events(Given.all(command.events())),
                command.description(),
                command.secret(),
                status(command.status()));
        return one(webhooks.change(ns, id(webhookId), change, "*", access.actor()));
    }

    @DeleteMapping("/{webhookId}")
    @PreAuthorize("@access.mayTrack(#ns, 'ADMIN')")
    Empty delete(@InWorkspace Name ns, @PathVariable String webhookId) {
        webhooks.delete(ns, id(webhookId), "*", access.actor());
        return Empty.DONE;
    }

    @PostMapping("/{webhookId}/test")
    @PreAuthorize("@access.mayTrack(#ns, 'ADMIN')")
    Tested test(@InWorkspace Name ns, @PathVariable String webhookId, @RequestBody Test command) {
        var event = command.event();
        var result = tests.test(ns, id(webhookId), event == null ? null : event.read());
        return new Tested(new Result(result.success(), result.httpStatus(), result.answer(), given(result.error())));
    }

    private static List<WebhookEvent> events(List<Event> events) {
        return Given.all(events).stream().map(Event::read).toList();
    }

    private static @Nullable WebhookStatus status(@Nullable String text) {
        return text == null || text.isEmpty() ? null : Given.choice("status", WebhookStatus.class, text);
    }

    private static @Nullable String given(@Nullable String text) {
        return text == null || text.isEmpty() ? null : text;
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException none) {
            throw new Refusal.NotFound("webhook", text);
        }
    }

    private static One one(WebhookView webhook) {
        return new One(OnWire.of(webhook));
    }

    record Write(
            @Nullable String name,
            @Nullable String url,
            @Nullable List<Event> events,
            @Nullable String description,
            @Nullable String secret,
            @Nullable String status) {

        /** Never with the secret. */
        @Override
        public String toString() {
            return "Write[" + name + "]";
        }
    }

    /** As protocol buffers write it: {@code REGISTERED_MODEL}, {@code CREATED}. */
    record Event(@Nullable String entity, @Nullable String action) {

        static Event of(WebhookEvent event) {
            return new Event(
                    event.entity().toUpperCase(Locale.ROOT), event.action().toUpperCase(Locale.ROOT));
        }

        WebhookEvent read() {
            return WebhookEvent.of(required("events.entity", entity) + "." + required("events.action", action));
        }
    }

    record OnWire(
            String webhookId,
            String name,
            String description,
            String url,
            List<Event> events,
            String status,
            long creationTimestamp,
            long lastUpdatedTimestamp) {

        static OnWire of(WebhookView webhook) {
            return new OnWire(
                    webhook.id().toString(),
                    webhook.name(),
                    webhook.description(),
                    webhook.url(),
                    webhook.events().stream().map(Event::of).toList(),
                    webhook.status().name(),
                    webhook.createdAt().toEpochMilli(),
                    webhook.updatedAt().toEpochMilli());
        }
    }

    record Test(@Nullable Event event) {}

    record Result(
            boolean success,
            @Nullable Integer responseStatus,
            String responseBody,
            @Nullable String errorMessage) {}

    record Tested(Result result) {}

    record One(OnWire webhook) {}

    record Page(List<OnWire> webhooks, @Nullable String nextPageToken) {}
}
