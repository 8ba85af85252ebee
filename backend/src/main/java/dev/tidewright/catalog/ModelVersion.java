package dev.tidewright.catalog;

import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import dev.tidewright.kernel.Transition;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.AbstractAggregateRoot;

/** One numbered version. Its content never changes; its words and tags may. */
// Columns that are only written here are read by the projections of CatalogRows.
@Entity
@SuppressWarnings("UnusedVariable")
class ModelVersion extends AbstractAggregateRoot<ModelVersion> {

    @Id
    private UUID id;

    @Version
    private @Nullable Long version;

    private UUID modelId;
    private Name namespace;
    private ModelName modelName;
    private int number;

    @Enumerated(EnumType.STRING)
    private VersionStatus status;

    private String description;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> tags;

    @Enumerated(EnumType.STRING)
    private Flavour flavour;

    @JdbcTypeCode(SqlTypes.JSON)
    private VersionSource source;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> parameters;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, Double> metrics;

    @JdbcTypeCode(SqlTypes.JSON)
    private List<String> requirements;

    @JdbcTypeCode(SqlTypes.JSON)
    private @Nullable Pickled pickled;

    private int files;
    private long size;

    @Enumerated(EnumType.STRING)
    private Stage stage;

    private Instant createdAt;
    private String createdBy;
    private Instant updatedAt;
    private @Nullable Instant deletedAt;

    @SuppressWarnings("NullAway.Init")
    protected ModelVersion() {}

    ModelVersion(UUID id, Model model, NewVersion command, VersionContent content, Actor actor, Instant now) {
        this.id = id;
        this.modelId = model.id();
        this.namespace = model.namespace();
        this.modelName = model.name();
        this.number = model.nextVersion(now);
        this.status = VersionStatus.READY;
        this.description = Labels.description(command.description());
        this.tags = Labels.tags(command.tags());
        this.flavour = content.flavour();
        this.source = content.source().told(command.told());
        this.parameters = content.parameters();
        this.metrics = content.metrics();
        this.requirements = content.requirements();
        this.files = content.files();
        this.size = content.size();
        this.pickled = content.pickled();
        this.stage = Stage.NONE;
        this.createdAt = now;
        this.updatedAt = now;
        this.createdBy = actor.name();
        note(model, "registered", null, VersionStatus.READY.name(), content.origin(), actor, now, Map.of());
        registerEvent(new RegistryEvent.VersionCreated(namespace, modelName, number, id, source, tags, description));
    }

    static ArtifactOwner owner(UUID id) {
        return new ArtifactOwner("model-version", id);
    }

    void change(Model model, ChangeLabels command, Actor actor, Instant now) {
        requireReady(model);
        var changes = new TreeMap<String, String>();
        if (command.description() != null && !command.description().equals(description)) {
            description = Labels.description(command.description());
            changes.put("description", "changed");
        }
        if (command.tags() != null && !command.mergedInto(tags).equals(tags)) {
            var before = tags;
            tags = Labels.tags(command.mergedInto(before));
            changes.put("tags", Text.shortened(tags.toString(), 2000));
            tagsChanged(model, before);
        }
        if (!changes.isEmpty()) {
            updatedAt = now;
            note(model, "changed", null, null, "", actor, now, changes);
        }
    }

    private void tagsChanged(Model model, Map<String, String> before) {
        new TreeMap<>(tags).forEach((key, value) -> {
            if (!value.equals(before.get(key))) {
                registerEvent(new RegistryEvent.TagSet(namespace, model.name(), number, key, value));
            }
        });
        new TreeMap<>(before)
                .keySet().stream()
                        .filter(key -> !tags.containsKey(key))
                        .forEach(key ->
                                registerEvent(new RegistryEvent.TagDeleted(namespace, model.name(), number, key)));
    }

    void delete(Model model, Actor actor, Instant now) {
        moveTo(model, VersionStatus.DELETED, "by request", actor, now);
        deletedAt = now;
        updatedAt = now;
    }

    /** Puts it on another stage of its way. */
    void moveTo(Model model, Stage next, Actor actor, Instant now) {
        requireReady(model);
        if (next != stage) {
            note(model, "stage-changed", stage.label(), next.label(), "", actor, now, Map.of());
            stage = next;
            updatedAt = now;
        }
    }

    Stage stage() {
        return stage;
    }

    void requireReady(Model model) {
        if (status != VersionStatus.READY) {
            throw new Refusal.Conflict(
                    "version-deleted", "version " + number + " of model \"" + model.name() + "\" was deleted");
        }
    }

    private void moveTo(Model model, VersionStatus next, String reason, Actor actor, Instant now) {
        if (!status.mayBecome(next)) {
            throw new Refusal.Conflict(
                    "version-deleted", "version " + number + " of model \"" + model.name() + "\" is already " + status);
        }
        note(model, "status", status.name(), next.name(), reason, actor, now, Map.of());
        status = next;
    }

    private void note(
            Model model,
            String verb,
            @Nullable String from,
            @Nullable String to,
            String reason,
            Actor actor,
            Instant now,
            Map<String, String> facts) {
        registerEvent(new Transition(
                model.namespace().value(),
                "model-version",
                id,
                model.name() + "/" + number,
                verb,
                from,
                to,
                reason,
                actor,
                now,
                facts));
    }

    UUID id() {
        return id;
    }

    long version() {
        return version == null ? 0 : version;
    }

    int number() {
        return number;
    }

    VersionStatus status() {
        return status;
    }
}
