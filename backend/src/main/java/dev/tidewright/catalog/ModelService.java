package dev.tidewright.catalog;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.IfMatch;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Refusal.FieldError;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Makes, changes and deletes models. */
@Service
@Transactional
public class ModelService {

    private final Models models;
    private final ModelVersions versions;
    private final VersionDeletion deletion;
    private final Catalog catalog;
    private final AliasGuard guard;
    private final InstantSource clock;

    ModelService(
            Models models,
            ModelVersions versions,
            VersionDeletion deletion,
            Catalog catalog,
            AliasGuard guard,
            InstantSource clock) {
        this.guard = guard;
        this.models = models;
        this.versions = versions;
        this.deletion = deletion;
        this.catalog = catalog;
        this.clock = clock;
    }

    /** Makes a model without versions. */
    public ModelView create(Name namespace, CreateModel command, Actor actor) {
        if (models.existsByNamespaceAndNameAndDeletedAtIsNull(namespace, command.name())) {
            throw exists(command.name());
        }
        try {
            models.saveAndFlush(new Model(namespace, command, actor, clock.instant()));
        } catch (DataIntegrityViolationException lostTheRace) {
            throw exists(command.name());
        }
        return catalog.model(namespace, command.name());
    }

    /**
     * Changes the words on a model.
     *
     * @param ifMatch the model as the caller knows it; {@code *} for any
     */
    public ModelView change(
            Name namespace, ModelName name, ChangeLabels command, @Nullable String ifMatch, Actor actor) {
        var model = locked(namespace, name, ifMatch);
        model.change(command, actor, clock.instant());
        models.saveAndFlush(model);
        return catalog.model(namespace, name);
    }

    /** Calls a model otherwise, unless an endpoint serves a version of it. */
    public ModelView rename(Name namespace, ModelName name, ModelName next, Actor actor) {
        var model = locked(namespace, name, "*");
        if (next.equals(name)) {
            return catalog.model(namespace, name);
        }
        if (models.existsByNamespaceAndNameAndDeletedAtIsNull(namespace, next)) {
            throw exists(next);
        }
        var users = versions.lockAll(model.id(), VersionStatus.READY).stream()
                .flatMap(version -> catalog.workOn(version.id()))
                .toList();
        if (!users.isEmpty()) {
            throw new Refusal.Conflict(
                    "model-in-use",
                    "model \"" + name + "\" is in use by "
                            + users.stream().map(VersionUser::said).collect(Collectors.joining(", "))
                            + ", which know it by its name: let them use another model first");
        }
        guard.requireNone(model, alias -> true, "calling the model otherwise");
        model.rename(next, actor, clock.instant());
        try {
            models.saveAndFlush(model);
            versions.rename(model.id(), next);
        } catch (DataIntegrityViolationException lostTheRace) {
            throw exists(next);
        }
        return catalog.model(namespace, next);
    }

    /**
     * Deletes a model with all its versions, unless somebody uses one of them.
     *
     * @param ifMatch the model as the caller knows it; {@code *} for any
     */
    public void delete(Name namespace, ModelName name, @Nullable String ifMatch, Actor actor) {
        var model = locked(namespace, name, ifMatch);
        var living = versions.lockAll(model.id(), VersionStatus.READY);
        deletion.takeAliases(model, actor);
        living.forEach(version -> deletion.delete(model, version, actor));
        guard.modelDeleted(model);
        model.delete(actor, clock.instant());
        models.saveAndFlush(model);
    }

    private Model locked(Name namespace, ModelName name, @Nullable String ifMatch) {
        var model = models.lock(namespace, name).orElseThrow(() -> new Refusal.NotFound("model", name));
        IfMatch.require(ifMatch, "model", name, model.version());
        return model;
    }

    private static Refusal exists(ModelName name) {
        return new Refusal.Conflict(
                "model-exists",
                "a model \"" + name + "\" exists already: register a version of it, or choose another name",
                List.of(new FieldError("name", "is taken")));
    }
}
