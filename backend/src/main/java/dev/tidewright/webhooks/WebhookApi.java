package dev.tidewright.webhooks;

import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Resource.Metadata;
import dev.tidewright.kernel.Slice;
import dev.tidewright.tenancy.Access;
import jakarta.validation.Valid;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Webhooks: who is told what. For admins of the namespace, because an address may be a secret in itself. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/webhooks")
class WebhookApi {

    private final WebhookService webhooks;
    private final WebhookTests tests;
    private final Access access;

    WebhookApi(WebhookService webhooks, WebhookTests tests, Access access) {
        this.webhooks = webhooks;
        this.tests = tests;
        this.access = access;
    }

    @PostMapping
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    ResponseEntity<Resource<WebhookSpec, WebhookState>> create(
            @PathVariable Name ns, @Valid @RequestBody CreateWebhook command) {
        var webhook = resource(webhooks.create(ns, command, access.actor()));
        var place =
                "/api/v1/namespaces/" + ns + "/webhooks/" + webhook.metadata().uid();
        return ResponseEntity.created(URI.create(place))
                .eTag(webhook.entityTag())
                .body(webhook);
    }

    /** Oldest first. */
    @GetMapping
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    Slice<Resource<WebhookSpec, WebhookState>> list(
            @PathVariable Name ns,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        return webhooks.list(ns, cursor, Limit.of(limit)).map(WebhookApi::resource);
    }

    @GetMapping("/{id}")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    ResponseEntity<Resource<WebhookSpec, WebhookState>> show(@PathVariable Name ns, @PathVariable UUID id) {
        return answer(webhooks.require(ns, id));
    }

    @PatchMapping("/{id}")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    ResponseEntity<Resource<WebhookSpec, WebhookState>> change(
            @PathVariable Name ns,
            @PathVariable UUID id,
            @Valid @RequestBody ChangeWebhook command,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
        return answer(webhooks.change(ns, id, command, ifMatch, access.actor()));
    }

    @DeleteMapping("/{id}")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(
            @PathVariable Name ns,
            @PathVariable UUID id,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
        webhooks.delete(ns, id, ifMatch, access.actor());
    }

    /** Sends an example now, once, and answers how it went. */
    @PostMapping("/{id}/test")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    WebhookTests.Result test(@PathVariable Name ns, @PathVariable UUID id, @Valid @RequestBody TestWebhook command) {
        return tests.test(ns, id, command.event());
    }

    private static ResponseEntity<Resource<WebhookSpec, WebhookState>> answer(WebhookView view) {
        var webhook = resource(view);
        return ResponseEntity.ok().eTag(webhook.entityTag()).body(webhook);
    }

    private static Resource<WebhookSpec, WebhookState> resource(WebhookView webhook) {
        return Resource.of(
                "Webhook",
                new Metadata(
                        webhook.name(),
                        webhook.namespace().value(),
                        webhook.id(),
                        Map.of(),
                        webhook.version(),
                        webhook.createdAt(),
                        webhook.createdBy()),
                new WebhookSpec(webhook.url(), webhook.events(), webhook.description(), webhook.status()),
                new WebhookState(webhook.signed(), webhook.updatedAt()));
    }

    /** @param event null: the first that the webhook is told of */
    record TestWebhook(@Nullable WebhookEvent event) {}

    /** What was asked for, but for the secret, which nobody is told. */
    record WebhookSpec(String url, List<WebhookEvent> events, String description, WebhookStatus status) {}

    /** @param signed whether there is a secret */
    record WebhookState(boolean signed, Instant updatedAt) {}
}
