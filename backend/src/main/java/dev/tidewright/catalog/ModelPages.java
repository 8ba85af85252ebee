package dev.tidewright.catalog;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Role;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** Models and versions as pages. */
@Controller
class ModelPages {

    private static final int PAGE = 50;
    private static final int MOVES = 30;
    private static final int REQUESTS = 20;

    private final Catalog catalog;
    private final AliasRequests requests;
    private final Artifacts artifacts;
    private final Markdown markdown;
    private final Lineage lineage;
    private final Access access;

    ModelPages(
            Catalog catalog,
            AliasRequests requests,
            Artifacts artifacts,
            Markdown markdown,
            Lineage lineage,
            Access access) {
        this.requests = requests;
        this.catalog = catalog;
        this.artifacts = artifacts;
        this.markdown = markdown;
        this.lineage = lineage;
        this.access = access;
    }

    @GetMapping("/ns/{ns}/models")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String list(
            @PathVariable Name ns,
            @RequestParam(required = false) @Nullable String q,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        var slice = catalog.models(ns, ModelQuery.of(q, null), cursor, PAGE);
        model.addAttribute("ns", ns);
        model.addAttribute("models", slice.items());
        model.addAttribute("q", q);
        model.addAttribute(
                "older", slice.nextCursor() == null ? null : "/ns/" + ns + "/models?cursor=" + slice.nextCursor());
        model.addAttribute("first", cursor == null ? null : "/ns/" + ns + "/models");
        model.addAttribute("may", has(ns, Role.EDITOR));
        return "models";
    }

    @GetMapping("/ns/{ns}/models/{name}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String show(
            @PathVariable Name ns,
            @PathVariable ModelName name,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        var found = catalog.model(ns, name);
        var slice = catalog.versions(ns, name, ModelQuery.tags(null), cursor, PAGE);
        model.addAttribute("ns", ns);
        model.addAttribute("model", found);
        model.addAttribute("card", markdown.html(found.description()));
        model.addAttribute("versions", slice.items());
        model.addAttribute(
                "users", slice.items().stream().collect(Collectors.toMap(VersionView::number, catalog::usersOf)));
        model.addAttribute("moves", moves(ns, found));
        model.addAttribute(
                "aliasTags",
                found.aliases().keySet().stream()
                        .collect(Collectors.toMap(
                                Function.identity(),
                                alias -> catalog.alias(ns, name, new Alias(alias))
                                        .id(),
                                (one, other) -> one,
                                TreeMap::new)));
        model.addAttribute(
                "older",
                slice.nextCursor() == null
                        ? null
                        : "/ns/" + ns + "/models/" + name.inPath() + "?cursor=" + slice.nextCursor());
        model.addAttribute("first", cursor == null ? null : "/ns/" + ns + "/models/" + name.inPath());
        model.addAttribute("protected", requests.protectedOf(ns, name));
        model.addAttribute(
                "requests", requests.list(ns, name, null, null, REQUESTS).items());
        model.addAttribute("me", access.actor().name());
        model.addAttribute("may", has(ns, Role.EDITOR));
        model.addAttribute("mayMove", has(ns, Role.DEPLOYER));
        model.addAttribute("mayProtect", has(ns, Role.ADMIN));
        return "model";
    }

    @GetMapping("/ns/{ns}/models/{name}/versions/{number:[0-9]{1,9}}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String version(@PathVariable Name ns, @PathVariable ModelName name, @PathVariable int number, Model model) {
        var version = catalog.version(ns, name, number);
        model.addAttribute("ns", ns);
        model.addAttribute("version", version);
        model.addAttribute("card", markdown.html(version.description()));
        model.addAttribute("lineage", lineage.of(version));
        model.addAttribute("users", catalog.usersOf(version));
        model.addAttribute("files", artifacts.list(version.artifacts()));
        model.addAttribute("may", has(ns, Role.EDITOR));
        model.addAttribute("mayMove", has(ns, Role.DEPLOYER));
        return "version";
    }

    private Map<String, List<AliasView>> moves(Name ns, ModelView found) {
        return found.aliases().keySet().stream()
                .filter(alias -> !alias.equals(Alias.LATEST))
                .collect(Collectors.toMap(
                        Function.identity(),
                        alias -> catalog.aliasHistory(ns, found.name(), new Alias(alias), null, MOVES)
                                .items(),
                        (one, other) -> one,
                        TreeMap::new));
    }

    private boolean has(Name ns, Role role) {
        return access.roleIn(ns).filter(had -> had.covers(role)).isPresent();
    }
}
