package dev.tidewright.serving;

import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Role;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;

/** Endpoints as pages: the list, each one's own, and what is done to one that is there. */
@Controller
class EndpointPages {

    private static final int PAGE = 50;

    private final EndpointViews views;
    private final EndpointService service;
    private final EndpointTabs tabs;
    private final Playground playground;
    private final Access access;

    EndpointPages(
            EndpointViews views, EndpointService service, EndpointTabs tabs, Playground playground, Access access) {
        this.views = views;
        this.service = service;
        this.tabs = tabs;
        this.playground = playground;
        this.access = access;
    }

    @GetMapping("/ns/{ns}/endpoints")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String list(
            @PathVariable Name ns,
            EndpointQuery query,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        var slice = views.list(ns, query, cursor, PAGE);
        model.addAttribute("ns", ns);
        model.addAttribute("endpoints", slice.items());
        model.addAttribute("phases", EndpointPhase.values());
        model.addAttribute("query", query);
        model.addAttribute(
                "older", slice.nextCursor() == null ? null : "/ns/" + ns + "/endpoints?cursor=" + slice.nextCursor());
        model.addAttribute("first", Cursor.id(cursor).isEmpty() ? null : "/ns/" + ns + "/endpoints");
        model.addAttribute("may", may(ns));
        return "endpoints";
    }

    @GetMapping("/ns/{ns}/endpoints/{name}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String endpoint(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(defaultValue = "overview") String tab,
            @RequestParam(required = false) @Nullable Integer from,
            @RequestParam(required = false) @Nullable Integer to,
            @RequestParam(required = false) @Nullable String replica,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable Long before,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            Model model) {
        var endpoint = views.get(ns, name);
        model.addAttribute("ns", ns);
        model.addAttribute("endpoint", endpoint);
        model.addAttribute("tab", tab);
        model.addAttribute("may", may(ns));
        tabs.fill(
                model,
                ns,
                name,
                endpoint,
                new EndpointTabs.Asked(
                        tab, from, to, replica, cursor, before == null ? Long.MAX_VALUE : before, htmx == null));
        return "endpoint";
    }

    /** Stops, starts, or aborts the rollout. */
    @PostMapping("/ns/{ns}/endpoints/{name}/{action:stop|start|abort}")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    String act(
            @PathVariable Name ns,
            @PathVariable Name name,
            @PathVariable String action,
            @RequestParam(defaultValue = "") String reason) {
        switch (action) {
            case "stop" -> service.stop(ns, name, required(reason), access.actor());
            case "start" -> service.start(ns, name, reason, access.actor());
            default -> service.abort(ns, name, required(reason), access.actor());
        }
        return "redirect:/ns/" + ns + "/endpoints/" + name;
    }

    @PostMapping("/ns/{ns}/endpoints/{name}/delete")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    String delete(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam long version,
            @RequestParam String typed,
            @RequestParam(defaultValue = "") String reason) {
        if (!typed.equals(name.value())) {
            throw new Refusal.Invalid("not-confirmed", "typed", "type the name " + name + " to delete it");
        }
        service.delete(ns, name, "\"" + version + "\"", reason, access.actor());
        return "redirect:/ns/" + ns + "/endpoints";
    }

    @PostMapping("/ns/{ns}/endpoints/{name}/playground")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String play(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam String path,
            @RequestParam String body,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            Model model) {
        model.addAttribute("answer", playground.send(ns, name, path, body));
        model.addAttribute("sent", new Sent(path, body));
        if (htmx != null) {
            return "endpoint :: answer";
        }
        return endpoint(ns, name, "playground", null, null, null, null, null, null, model);
    }

    /** What was sent, so that it is still there afterwards. */
    record Sent(String path, String body) {}

    private boolean may(Name ns) {
        return access.roleIn(ns).filter(role -> role.covers(Role.DEPLOYER)).isPresent();
    }

    private static String required(String reason) {
        if (reason.isBlank()) {
            throw new Refusal.Invalid("reason-missing", "reason", "say why: it is kept in the history");
        }
        return reason.strip();
    }
}
