package dev.tidewright.catalog;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Refusal.FieldError;
import java.time.InstantSource;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Deletes one version whose row and whose model's row the caller has locked. */
@Component
class VersionDeletion {

    private final ModelVersions versions;
    private final Catalog catalog;
    private final Artifacts artifacts;
    private final AliasRows aliases;
    private final AliasGuard guard;
    private final InstantSource clock;

    VersionDeletion(
            ModelVersions versions,
            Catalog catalog,
            Artifacts artifacts,
            AliasRows aliases,
            AliasGuard guard,
            InstantSource clock) {
        this.guard = guard;
        this.versions = versions;
        this.aliases = aliases;
        this.catalog = catalog;
        this.artifacts = artifacts;
        this.clock = clock;
    }

    /** Asked under the lock: whoever began to use the version before is seen, whoever comes later waits. */
    void delete(Model model, ModelVersion version, Actor actor) {
        version.requireReady(model);
        var reference = model.name() + "/" + version.number();
        var users = catalog.usersOf(catalog.version(version.id()));
        if (!users.isEmpty()) {
            throw new Refusal.Conflict(
                    "version-in-use",
                    "version " + reference + " is in use by "
                            + users.stream().map(VersionUser::said).collect(Collectors.joining(", "))
                            + ": let them use another version first",
                    users.stream()
                            .map(user -> new FieldError(reference, user.said()))
                            .toList());
        }
        version.delete(model, actor, clock.instant());
        versions.saveAndFlush(version);
        artifacts.delete(ModelVersion.owner(version.id()));
        guard.versionDeleted(model, version.number());
    }

    /** The same after taking away every alias that points at it. */
    void deleteWithAliases(Model model, ModelVersion version, Actor actor) {
        var pointing = catalog.version(version.id()).aliases();
        guard.requireNone(model, pointing::contains, "deleting version " + version.number());
        for (var name : pointing) {
            var alias = new Alias(name);
            var why = "version " + version.number() + " was deleted";
            aliases.move(model.id(), alias, version.number(), null, why, actor, clock.instant());
            model.aliasMoved(alias, version.number(), null, why, actor, clock.instant());
        }
        delete(model, version, actor);
    }

    /** Takes all aliases of a model away that is to be deleted. */
    void takeAliases(Model model, Actor actor) {
        var all = aliases.of(model.id());
        guard.requireNone(model, name -> all.contains(new Alias(name)), "deleting the model");
        for (var alias : all) {
            var from = aliases.find(model.id(), alias).map(AliasView::version).orElse(null);
            var why = "the model was deleted";
            aliases.move(model.id(), alias, from, null, why, actor, clock.instant());
            model.aliasMoved(alias, from, null, why, actor, clock.instant());
        }
    }
}
