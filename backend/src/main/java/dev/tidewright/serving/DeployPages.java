package dev.tidewright.serving;

import dev.tidewright.artifacts.Uploads;
import dev.tidewright.catalog.Catalog;
import dev.tidewright.catalog.ModelQuery;
import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;

/** The form that makes an endpoint, or changes what one serves. */
@Controller
class DeployPages {

    private final EndpointViews views;
    private final EndpointService service;
    private final EndpointPlans plans;
    private final Catalog catalog;
    private final Uploads uploads;
    private final Access access;

    DeployPages(
            EndpointViews views,
            EndpointService service,
            EndpointPlans plans,
            Catalog catalog,
            Uploads uploads,
            Access access) {
        this.views = views;
        this.service = service;
        this.plans = plans;
        this.catalog = catalog;
        this.uploads = uploads;
        this.access = access;
    }

    /** @param chosen {@code diabetes/3}, from the page of a version */
    @GetMapping("/ns/{ns}/endpoints/new")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String form(
            @PathVariable Name ns,
            @RequestParam(name = "model", required = false) @Nullable String chosen,
            @RequestParam(required = false) @Nullable Name endpoint,
            Model model) {
        var earlier = endpoint == null ? null : views.get(ns, endpoint);
        model.addAttribute("ns", ns);
        model.addAttribute("earlier", earlier);
        model.addAttribute("choices", choices(ns));
        model.addAttribute("chosen", chosen);
        model.addAttribute(
                "may",
                access.roleIn(ns).filter(role -> role.covers(Role.DEPLOYER)).isPresent());
        return "endpoint-new";
    }

    @PostMapping("/ns/{ns}/endpoints/plan")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    String plan(@PathVariable Name ns, EndpointForm form, Model model) {
        var command = form.command(given(form.upload()));
        model.addAttribute("plan", plans.of(ns, command.name(), change(ns, form, command)));
        model.addAttribute("ns", ns);
        model.addAttribute("command", command);
        model.addAttribute("version", form.version());
        return "endpoint-new :: plan";
    }

    @PostMapping("/ns/{ns}/endpoints")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    String deploy(
            @PathVariable Name ns, EndpointForm form, @RequestParam(required = false) @Nullable MultipartFile file) {
        var upload = given(form.upload());
        if (upload == null && file != null && !file.isEmpty()) {
            upload = receive(ns, file);
        }
        var command = form.command(upload);
        var accepted = change(ns, form, command).get();
        return "redirect:/ns/" + ns + "/endpoints/" + command.name()
                + (accepted.revision() == null ? "?unchanged" : "");
    }

    private Supplier<EndpointService.Accepted> change(Name ns, EndpointForm form, DeployEndpoint command) {
        return form.version() == null
                ? () -> service.create(ns, command, access.actor())
                : () -> service.deploy(ns, command, "\"" + form.version() + "\"", false, access.actor());
    }

    private String receive(Name ns, MultipartFile file) {
        var name = file.getOriginalFilename();
        try (var body = file.getInputStream()) {
            return uploads.receive(ns, name == null ? "" : name, body, file.getSize(), null, access.actor())
                    .id()
                    .toString();
        } catch (IOException fault) {
            throw new UncheckedIOException("the file could not be received", fault);
        }
    }

    /** Every alias and the newest versions of every model. */
    private List<Choice> choices(Name ns) {
        var choices = new ArrayList<Choice>();
        for (var model :
                catalog.models(ns, ModelQuery.of(null, null), null, 100).items()) {
            model.aliases()
                    .forEach((alias, number) -> choices.add(new Choice(
                            model.name() + "@" + alias, model.name() + " @" + alias + " (version " + number + ")")));
            catalog.versions(ns, model.name(), Map.of(), null, 20)
                    .items()
                    .forEach(version -> choices.add(
                            new Choice(version.reference(), model.name() + " version " + version.number())));
        }
        return choices;
    }

    /** One thing that can be served. */
    record Choice(String value, String label) {}

    private static @Nullable String given(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
