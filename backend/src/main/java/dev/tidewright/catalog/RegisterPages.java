package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Role;
import dev.tidewright.tracking.RunService;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** What people do to models by form: register, describe, move aliases, delete. */
@Controller
class RegisterPages {

    private final Catalog catalog;
    private final ModelService models;
    private final VersionService versions;
    private final AliasService aliases;
    private final RunService runs;
    private final Access access;

    RegisterPages(
            Catalog catalog,
            ModelService models,
            VersionService versions,
            AliasService aliases,
            RunService runs,
            Access access) {
        this.catalog = catalog;
        this.models = models;
        this.versions = versions;
        this.aliases = aliases;
        this.runs = runs;
        this.access = access;
    }

    @GetMapping("/ns/{ns}/register")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    String form(@PathVariable Name ns, Form asked, Model page) {
        page.addAttribute("ns", ns);
        page.addAttribute("asked", asked);
        page.addAttribute(
                "run", asked.run == null ? null : runs.find(ns, asked.run).orElse(null));
        page.addAttribute(
                "may",
                access.roleIn(ns).filter(role -> role.covers(Role.EDITOR)).isPresent());
        page.addAttribute(
                "models",
                catalog.models(ns, ModelQuery.of(null, null), null, 200).items());
        return "register";
    }

    /** Makes the model too when there is none of this name. */
    @PostMapping("/ns/{ns}/register")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    String register(@PathVariable Name ns, Form asked) {
        var command = asked.read();
        var name = ModelName.of("model", Objects.requireNonNullElse(asked.model, ""));
        var known = catalog.models(ns, ModelQuery.of(name.value(), null), null, 200).items().stream()
                .anyMatch(found -> found.name().equals(name));
        if (!known) {
            models.create(ns, new CreateModel(name, "", null), access.actor());
        }
        var version = versions.register(ns, name, command, access.actor());
        return "redirect:/ns/" + ns + "/models/" + name.inPath() + "/versions/" + version.number();
    }

    /** What the form has; of a logged model also its run, to name it. */
    record Form(
            @Nullable String model,
            @Nullable String job,
            @Nullable UUID run,
            @Nullable UUID loggedModel,
            @Nullable String path,
            @Nullable String description) {

        RegisterVersion read() {
            var made = job == null || job.isBlank() ? null : Name.of("job", job);
            if (made == null && run == null && loggedModel == null) {
                throw new Refusal.Invalid("job-missing", "job", "say which job made it");
            }
            var place = path == null || path.isBlank() ? null : path.strip();
            return new RegisterVersion(
                    made,
                    null,
                    null,
                    loggedModel == null ? run : null,
                    loggedModel,
                    loggedModel == null ? place : null,
                    description == null ? "" : description.strip(),
                    null,
                    null);
        }
    }

    @PostMapping("/ns/{ns}/models/{name}/describe")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    String describe(
            @PathVariable Name ns,
            @PathVariable ModelName name,
            @RequestParam long version,
            @RequestParam String description) {
        models.change(ns, name, new ChangeLabels(description, null), "\"" + version + "\"", access.actor());
        return "redirect:/ns/" + ns + "/models/" + name.inPath();
    }

    /** @param seen the alias move that the page showed; blank for a new alias */
    @PostMapping("/ns/{ns}/models/{name}/alias")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    String alias(
            @PathVariable Name ns,
            @PathVariable ModelName name,
            @RequestParam String alias,
            @RequestParam int version,
            @RequestParam(defaultValue = "") String seen,
            @RequestParam String reason) {
        if (reason.isBlank()) {
            throw new Refusal.Invalid("reason-missing", "reason", "say why: it is kept in the history");
        }
        var wanted = new Alias(alias.strip().replaceFirst("^@", ""));
        var present = catalog.model(ns, name).aliases().containsKey(wanted.toString());
        var tag = !present
                ? null
                : seen.isBlank() ? "\"" + catalog.alias(ns, name, wanted).id() + "\"" : "\"" + seen + "\"";
        try {
            aliases.move(ns, name, wanted, new MoveAlias(version, reason.strip()), tag, access.actor());
        } catch (Refusal.AwaitsApproval asked) {
            return "redirect:/ns/" + ns + "/models/" + name.inPath() + "?asked"; // the page shows the request
        }
        return "redirect:/ns/" + ns + "/models/" + name.inPath();
    }

    @PostMapping("/ns/{ns}/models/{name}/versions/{number:[0-9]{1,9}}/delete")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    String deleteVersion(
            @PathVariable Name ns, @PathVariable ModelName name, @PathVariable int number, @RequestParam long version) {
        versions.delete(ns, name, number, "\"" + version + "\"", access.actor());
        return "redirect:/ns/" + ns + "/models/" + name.inPath();
    }
}
