package dev.tidewright.autoscaling;

import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.serving.EndpointPlans;
import dev.tidewright.serving.EndpointService;
import dev.tidewright.serving.EndpointViews;
import dev.tidewright.serving.MetricChecks;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Role;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The section of an endpoint's page that tells how many replicas it has, and why; and the form that changes it. */
@Controller
class AutoscalingPages {

    private static final int PAGE = 20;

    private final AutoscalingViews scaling;
    private final EndpointViews endpoints;
    private final EndpointService service;
    private final EndpointPlans plans;
    private final MetricChecks metrics;
    private final Access access;

    AutoscalingPages(
            AutoscalingViews scaling,
            EndpointViews endpoints,
            EndpointService service,
            EndpointPlans plans,
            MetricChecks metrics,
            Access access) {
        this.metrics = metrics;
        this.scaling = scaling;
        this.endpoints = endpoints;
        this.service = service;
        this.plans = plans;
        this.access = access;
    }

    @GetMapping("/ns/{ns}/endpoints/{name}/autoscaling")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String show(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        Slice<DecisionRows.Kept> decisions =
                scaling.decisions(ns, name, Cursor.id(cursor).orElse(null), PAGE);
        var self = "/ns/" + ns + "/endpoints/" + name + "/autoscaling";
        model.addAttribute("ns", ns);
        model.addAttribute("tab", "autoscaling");
        model.addAttribute("endpoint", endpoints.get(ns, name));
        model.addAttribute("now", scaling.now(ns, name).orElse(null));
        model.addAttribute("cluster", scaling.byCluster(ns, name).orElse(null));
        model.addAttribute("decisions", decisions.items());
        model.addAttribute("older", decisions.nextCursor() == null ? null : self + "?cursor=" + decisions.nextCursor());
        model.addAttribute("first", Cursor.id(cursor).isEmpty() ? null : self);
        model.addAttribute(
                "may",
                access.roleIn(ns).filter(role -> role.covers(Role.DEPLOYER)).isPresent());
        return "endpoint-autoscaling";
    }

    @PostMapping("/ns/{ns}/endpoints/{name}/autoscaling/plan")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    String plan(@PathVariable Name ns, @PathVariable Name name, PolicyForm form, Model model) {
        var command = form.command(scaling.policy(ns, name));
        var plan = plans.of(ns, name, () -> service.scale(ns, name, command, tag(form), access.actor()));
        model.addAttribute("plan", plan.warning(metrics.of(ns, name, command.policy())));
        model.addAttribute("ns", ns);
        model.addAttribute("name", name);
        model.addAttribute("command", command);
        model.addAttribute("version", form.version());
        return "endpoint-autoscaling :: plan";
    }

    @PostMapping("/ns/{ns}/endpoints/{name}/autoscaling")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    String change(@PathVariable Name ns, @PathVariable Name name, PolicyForm form) {
        var command = form.command(scaling.policy(ns, name));
        if (command.reason() == null) {
            throw new Refusal.Invalid("reason-missing", "reason", "say why: it is kept with the revision");
        }
        service.scale(ns, name, command, tag(form), access.actor());
        return "redirect:/ns/" + ns + "/endpoints/" + name + "/autoscaling";
    }

    private static String tag(PolicyForm form) {
        return "\"" + form.version() + "\"";
    }
}
