package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.Access;
import java.util.UUID;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Protects aliases and decides requests, by form. */
@Controller
class AliasRequestPages {

    private final AliasService aliases;
    private final Access access;

    AliasRequestPages(AliasService aliases, Access access) {
        this.aliases = aliases;
        this.access = access;
    }

    @PostMapping("/ns/{ns}/models/{name}/protect")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String protect(@PathVariable Name ns, @PathVariable ModelName name, @RequestParam String alias) {
        aliases.protect(ns, name, new Alias(alias.strip().replaceFirst("^@", "")), access.actor());
        return model(ns, name);
    }

    @PostMapping("/ns/{ns}/models/{name}/unprotect")
    @PreAuthorize("@access.may(#ns, 'ADMIN')")
    String unprotect(@PathVariable Name ns, @PathVariable ModelName name, @RequestParam String alias) {
        aliases.unprotect(ns, name, new Alias(alias), access.actor());
        return model(ns, name);
    }

    @PostMapping("/ns/{ns}/models/{name}/requests/{requestId}/approve")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    String approve(
            @PathVariable Name ns,
            @PathVariable ModelName name,
            @PathVariable UUID requestId,
            @RequestParam(defaultValue = "") String reason) {
        aliases.approve(ns, name, requestId, new DecideRequest(reason), access.actor());
        return model(ns, name);
    }

    @PostMapping("/ns/{ns}/models/{name}/requests/{requestId}/decline")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    String decline(
            @PathVariable Name ns,
            @PathVariable ModelName name,
            @PathVariable UUID requestId,
            @RequestParam(defaultValue = "") String reason) {
        aliases.decline(ns, name, requestId, new DecideRequest(reason), access.actor());
        return model(ns, name);
    }

    private static String model(Name ns, ModelName name) {
        return "redirect:/ns/" + ns + "/models/" + name.inPath();
    }
}
