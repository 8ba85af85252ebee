package dev.tidewright.mlflow;

import static dev.tidewright.mlflow.Given.required;

import dev.tidewright.catalog.Alias;
import dev.tidewright.catalog.AliasService;
import dev.tidewright.catalog.Catalog;
import dev.tidewright.catalog.ModelReference;
import dev.tidewright.catalog.MoveAlias;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Aliases of registered models. */
@RestController
@RequestMapping("/api/2.0/mlflow/registered-models/alias")
class MlflowAliasApi {

    private final Catalog catalog;
    private final AliasService aliases;
    private final Access access;

    MlflowAliasApi(Catalog catalog, AliasService aliases, Access access) {
        this.catalog = catalog;
        this.aliases = aliases;
        this.access = access;
    }

    @GetMapping
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    MlflowVersionApi.One get(@InWorkspace Name ns, @RequestParam String name, @RequestParam String alias) {
        var model = Given.model(name);
        if (!alias.equalsIgnoreCase(Alias.LATEST)) {
            Alias.of(alias);
        }
        return catalog.find(ns, ModelReference.of(model, alias))
                .map(version -> new MlflowVersionApi.One(VersionOnWire.of(version)))
                .orElseThrow(() -> new Refusal.NotFound("registered model alias", model + "@" + alias));
    }

    @PostMapping
    @PreAuthorize("@access.mayTrack(#ns, 'DEPLOYER')")
    Empty set(@InWorkspace Name ns, @RequestBody Command command) {
        var model = Given.model(command.name());
        var alias = Alias.of(required("alias", command.alias()));
        var number = catalog.ready(ns, model, Given.version(command.version())).number();
        aliases.point(ns, model, alias, new MoveAlias(number, null), access.actor());
        return Empty.DONE;
    }

    @DeleteMapping
    @PreAuthorize("@access.mayTrack(#ns, 'DEPLOYER')")
    Empty delete(@InWorkspace Name ns, @RequestBody Command command) {
        aliases.drop(ns, Given.model(command.name()), Alias.of(required("alias", command.alias())), access.actor());
        return Empty.DONE;
    }

    record Command(
            @Nullable String name,
            @Nullable String alias,
            @Nullable String version) {}
}
