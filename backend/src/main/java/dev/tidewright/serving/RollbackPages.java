package dev.tidewright.serving;

import dev.tidewright.catalog.Alias;
import dev.tidewright.catalog.Catalog;
import dev.tidewright.catalog.ModelReference;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Role;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The page that says what going back to an earlier revision would do, and does it. */
@Controller
class RollbackPages {

    private final EndpointViews views;
    private final RevisionViews revisions;
    private final EndpointService service;
    private final EndpointPlans plans;
    private final Catalog catalog;
    private final Access access;

    RollbackPages(
            EndpointViews views,
            RevisionViews revisions,
            EndpointService service,
            EndpointPlans plans,
            Catalog catalog,
            Access access) {
        this.views = views;
        this.revisions = revisions;
        this.service = service;
        this.plans = plans;
        this.catalog = catalog;
        this.access = access;
    }

    /** @param asked null: the one that was wanted before the present one */
    @GetMapping("/ns/{ns}/endpoints/{name}/rollback")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String plan(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(name = "revision", required = false) @Nullable Integer asked,
            Model model) {
        var endpoint = views.get(ns, name);
        var present = revisions.get(ns, name, endpoint.status().revision());
        var to = asked == null ? Objects.requireNonNullElse(present.previous(), 1) : asked;
        var may = access.roleIn(ns).filter(role -> role.covers(Role.DEPLOYER)).isPresent();
        model.addAttribute("ns", ns);
        model.addAttribute("endpoint", endpoint);
        var revision = revisions.get(ns, name, to);
        var served = revision.spec().serves().model();
        model.addAttribute("revision", revision);
        model.addAttribute("aliasBack", served == null || isThere(ns, served) ? null : served.alias());
        model.addAttribute("may", may);
        model.addAttribute("command", new RollBack(to, "…", null));
        if (may) {
            try {
                var command = new RollBack(to, "plan", null);
                model.addAttribute(
                        "plan", plans.of(ns, name, () -> service.rollBack(ns, name, command, access.actor())));
            } catch (Refusal refused) {
                // The page is where to read why, and to choose another one.
                model.addAttribute("refused", refused.sentence());
            }
        }
        return "rollback";
    }

    /** Whether no alias has to be moved for this to be what it means. */
    private boolean isThere(Name ns, Served.Model served) {
        return served.alias() == null
                || served.alias().equals(Alias.LATEST)
                || catalog.find(ns, ModelReference.of(served.name(), served.alias()))
                        .filter(version -> version.number() == served.version())
                        .isPresent();
    }

    @PostMapping("/ns/{ns}/endpoints/{name}/rollback")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    String rollBack(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam int revision,
            @RequestParam String reason,
            @RequestParam(defaultValue = "false") boolean moveAlias) {
        if (reason.isBlank()) {
            throw new Refusal.Invalid("reason-missing", "reason", "say why: it is kept in the history");
        }
        service.rollBack(ns, name, new RollBack(revision, reason.strip(), moveAlias ? true : null), access.actor());
        return "redirect:/ns/" + ns + "/endpoints/" + name;
    }
}
