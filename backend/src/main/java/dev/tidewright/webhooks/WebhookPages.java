package dev.tidewright.webhooks;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Webhooks as pages: the list, and each one with its log. */
@Controller
class WebhookPages {

    private static final int ALL = 50;
    private static final int PAGE = 30;

    private final WebhookService webhooks;
    private final WebhookTests tests;
    private final DeliveryService deliveries;
    private final DeliveryLog log;
    private final Access access;

    WebhookPages(
            WebhookService webhooks, WebhookTests tests, DeliveryService deliveries, DeliveryLog log, Access access) {
        this.webhooks = webhooks;
        this.tests = tests;
        this.deliveries = deliveries;
        this.log = log;
        this.access = access;
    }

    @GetMapping("/ns/{ns}/webhooks")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String list(@PathVariable Name ns, Model model) {
        model.addAttribute("ns", ns);
        model.addAttribute("webhooks", webhooks.list(ns, null, ALL).items());
        model.addAttribute("counts", log.counts(ns));
        model.addAttribute("events", WebhookEvent.values());
        return "webhooks";
    }

    @PostMapping("/ns/{ns}/webhooks")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String create(
            @PathVariable Name ns,
            @RequestParam String name,
            @RequestParam String url,
            @RequestParam(required = false) @Nullable List<String> event,
            @RequestParam String secret) {
        var made = webhooks.create(
                ns, new CreateWebhook(name.strip(), url.strip(), events(event), "", secret, null), access.actor());
        return "redirect:/ns/" + ns + "/webhooks/" + made.id();
    }

    @GetMapping("/ns/{ns}/webhooks/{id}")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String show(
            @PathVariable Name ns,
            @PathVariable UUID id,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        var slice = log.list(ns, id, null, cursor, PAGE);
        var self = "/ns/" + ns + "/webhooks/" + id;
        model.addAttribute("ns", ns);
        model.addAttribute("webhook", webhooks.require(ns, id));
        model.addAttribute("deliveries", slice.items());
        model.addAttribute("events", WebhookEvent.values());
        model.addAttribute("first", cursor == null ? null : self);
        model.addAttribute("older", slice.nextCursor() == null ? null : self + "?cursor=" + slice.nextCursor());
        return "webhook";
    }

    /** @param secret empty keeps the present one */
    @PostMapping("/ns/{ns}/webhooks/{id}")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String change(
            @PathVariable Name ns,
            @PathVariable UUID id,
            @RequestParam long version,
            @RequestParam String url,
            @RequestParam(required = false) @Nullable List<String> event,
            @RequestParam String secret,
            @RequestParam(defaultValue = "false") boolean active) {
        var command = new ChangeWebhook(
                null,
                url.strip(),
                events(event),
                null,
                secret.isEmpty() ? null : secret,
                active ? WebhookStatus.ACTIVE : WebhookStatus.DISABLED);
        webhooks.change(ns, id, command, "\"" + version + "\"", access.actor());
        return "redirect:/ns/" + ns + "/webhooks/" + id;
    }

    /** What came of it is in the log, first. */
    @PostMapping("/ns/{ns}/webhooks/{id}/test")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String test(@PathVariable Name ns, @PathVariable UUID id) {
        tests.test(ns, id, null);
        return "redirect:/ns/" + ns + "/webhooks/" + id;
    }

    @PostMapping("/ns/{ns}/webhooks/{id}/deliveries/{deliveryId}/redeliver")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String redeliver(@PathVariable Name ns, @PathVariable UUID id, @PathVariable UUID deliveryId) {
        deliveries.again(ns, id, deliveryId, access.actor());
        return "redirect:/ns/" + ns + "/webhooks/" + id;
    }

    @PostMapping("/ns/{ns}/webhooks/{id}/delete")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String delete(@PathVariable Name ns, @PathVariable UUID id, @RequestParam long version) {
        webhooks.delete(ns, id, "\"" + version + "\"", access.actor());
        return "redirect:/ns/" + ns + "/webhooks";
    }

    private static List<WebhookEvent> events(@Nullable List<String> texts) {
        if (texts == null) {
            throw new Refusal.Invalid("no-events", "events", "choose at least one thing that it is to be told of");
        }
        return texts.stream().map(WebhookEvent::of).toList();
    }
}
