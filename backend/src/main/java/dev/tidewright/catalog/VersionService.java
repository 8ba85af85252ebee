package dev.tidewright.catalog;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.IfMatch;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Makes, changes and deletes versions. */
@Service
@Transactional
class VersionService {

    private final Models models;
    private final ModelVersions versions;
    private final VersionContents contents;
    private final VersionDeletion deletion;
    private final Catalog catalog;
    private final InstantSource clock;

    VersionService(
            Models models,
            ModelVersions versions,
            VersionContents contents,
            VersionDeletion deletion,
            Catalog catalog,
            InstantSource clock) {
        this.models = models;
        this.versions = versions;
        this.contents = contents;
        this.deletion = deletion;
        this.catalog = catalog;
        this.clock = clock;
    }

    /** Makes the next version; its files are the job's or upload's own bytes under another owner. */
    VersionView register(Name namespace, ModelName name, RegisterVersion command, Actor actor) {
        if (!models.existsByNamespaceAndNameAndDeletedAtIsNull(namespace, name)) {
            throw new Refusal.NotFound("model", name);
        }
        var id = Ids.next(clock.instant());
        var content = contents.gather(namespace, ModelVersion.owner(id), command);
        // Locked last: gathering may take a while, and the number must be given and used in one go.
        var model = locked(namespace, name);
        versions.saveAndFlush(new ModelVersion(id, model, command, content, actor, clock.instant()));
        models.saveAndFlush(model);
        return catalog.version(id);
    }

    VersionView change(
            Name namespace, ModelName name, int number, ChangeLabels command, @Nullable String ifMatch, Actor actor) {
        var model = locked(namespace, name);
        var version = locked(model, number, ifMatch);
        version.change(model, command, actor, clock.instant());
        versions.saveAndFlush(version);
        return catalog.version(version.id());
    }

    void delete(Name namespace, ModelName name, int number, @Nullable String ifMatch, Actor actor) {
        var model = locked(namespace, name);
        deletion.delete(model, locked(model, number, ifMatch), actor);
    }

    private Model locked(Name namespace, ModelName name) {
        return models.lock(namespace, name).orElseThrow(() -> new Refusal.NotFound("model", name));
    }

    private ModelVersion locked(Model model, int number, @Nullable String ifMatch) {
        var reference = model.name() + "/" + number;
        var version =
                versions.lock(model.id(), number).orElseThrow(() -> new Refusal.NotFound("model version", reference));
        IfMatch.require(ifMatch, "model version", reference, version.version());
        return version;
    }
}
