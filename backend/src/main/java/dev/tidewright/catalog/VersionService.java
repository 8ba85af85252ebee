package dev.tidewright.catalog;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.IfMatch;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.InstantSource;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Makes, changes and deletes versions. */
@Service
@Transactional
public class VersionService {

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

    VersionView register(Name namespace, ModelName name, RegisterVersion command, Actor actor) {
        return register(namespace, name, command.read(), actor);
    }

    /** Makes the next version; its files are those of its origin, the same bytes under another owner. */
    public VersionView register(Name namespace, ModelName name, NewVersion command, Actor actor) {
        if (!models.existsByNamespaceAndNameAndDeletedAtIsNull(namespace, name)) {
            throw new Refusal.NotFound("model", name);
        }
        if (command.origin() instanceof VersionOrigin.OfVersion copy) {
            // Whoever deletes the other version holds its model. By name, so that two who copy back and forth do not
            // wait
            // for each other.
            Stream.of(name, copy.model()).distinct().sorted().forEach(one -> models.lock(namespace, one));
        }
        var id = Ids.next(clock.instant());
        var content = contents.gather(namespace, ModelVersion.owner(id), command);
        // Locked last: gathering may take a while, and the number must be given and used in one go.
        var model = locked(namespace, name);
        versions.saveAndFlush(new ModelVersion(id, model, command, content, actor, clock.instant()));
        models.saveAndFlush(model);
        return catalog.version(id);
    }

    /**
     * Changes the words on a version.
     *
     * @param ifMatch the version as the caller knows it; {@code *} for any
     */
    public VersionView change(
            Name namespace, ModelName name, int number, ChangeLabels command, @Nullable String ifMatch, Actor actor) {
        var model = locked(namespace, name);
        var version = locked(model, number, ifMatch);
        version.change(model, command, actor, clock.instant());
        model.versionChanged(clock.instant());
        models.saveAndFlush(model);
        versions.saveAndFlush(version);
        return catalog.version(version.id());
    }

    /**
     * Puts a version on another stage.
     *
     * @param archiveOthers whether those that stand there are archived
     */
    public VersionView moveTo(
            Name namespace, ModelName name, int number, Stage stage, boolean archiveOthers, Actor actor) {
        if (archiveOthers && !stage.active()) {
            throw new Refusal.Invalid(
                    "nothing-to-archive",
                    "archive_existing_versions",
                    "versions can be archived only in favour of one in Staging or Production, not in " + stage.label());
        }
        var model = locked(namespace, name);
        var version = locked(model, number, "*");
        var now = clock.instant();
        version.moveTo(model, stage, actor, now);
        versions.saveAndFlush(version);
        if (archiveOthers) {
            versions.lockAll(model.id(), VersionStatus.READY).stream()
                    .filter(other -> other.stage() == stage && other.number() != number)
                    .forEach(other -> {
                        other.moveTo(model, Stage.ARCHIVED, actor, now);
                        versions.saveAndFlush(other);
                    });
        }
        model.versionChanged(now);
        models.saveAndFlush(model);
        return catalog.version(version.id());
    }

    /**
     * Deletes a version unless something uses it.
     *
     * @param ifMatch the version as the caller knows it; {@code *} for any
     */
    public void delete(Name namespace, ModelName name, int number, @Nullable String ifMatch, Actor actor) {
        var model = locked(namespace, name);
        deletion.delete(model, locked(model, number, ifMatch), actor);
    }

    /** The same, where aliases that point at it go with it. */
    public void deleteWithAliases(Name namespace, ModelName name, int number, Actor actor) {
        var model = locked(namespace, name);
        deletion.deleteWithAliases(model, locked(model, number, "*"), actor);
        models.saveAndFlush(model);
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
