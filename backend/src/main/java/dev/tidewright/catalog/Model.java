package dev.tidewright.catalog;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Text;
import dev.tidewright.kernel.Transition;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.AbstractAggregateRoot;

/** A name under which versions are numbered. Who adds a version or moves an alias holds the lock of its row. */
// Columns that are only written here are read by the projections of CatalogRows.
@Entity
@SuppressWarnings("UnusedVariable")
class Model extends AbstractAggregateRoot<Model> {

    @Id
    private UUID id;

    @Version
    private @Nullable Long version;

    private Name namespace;
    private ModelName name;
    private String description;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> tags;

    private int lastVersion;
    private Instant createdAt;
    private String createdBy;
    private Instant updatedAt;
    private @Nullable Instant deletedAt;

    @SuppressWarnings("NullAway.Init")
    protected Model() {}

    Model(Name namespace, CreateModel command, Actor actor, Instant now) {
        this.id = Ids.next(now);
        this.namespace = namespace;
        this.name = command.name();
        this.description = Labels.description(command.description());
        this.tags = Labels.tags(command.tags());
        this.createdAt = now;
        this.createdBy = actor.name();
        this.updatedAt = now;
        note("created", null, null, "", actor, now, Map.of());
        registerEvent(new RegistryEvent.ModelCreated(namespace, name, tags, description));
    }

    void change(ChangeLabels command, Actor actor, Instant now) {
        var changes = new TreeMap<String, String>();
        if (command.description() != null && !command.description().equals(description)) {
            description = Labels.description(command.description());
            changes.put("description", "changed");
        }
        if (command.tags() != null && !command.mergedInto(tags).equals(tags)) {
            tags = Labels.tags(command.mergedInto(tags));
            changes.put("tags", Text.shortened(tags.toString(), 2000));
        }
        if (!changes.isEmpty()) {
            updatedAt = now;
            note("changed", null, null, "", actor, now, changes);
        }
    }

    /** Gives out the next number. */
    int nextVersion(Instant now) {
        updatedAt = now;
        lastVersion++;
        return lastVersion;
    }

    void aliasMoved(
            Alias alias, @Nullable Integer from, @Nullable Integer to, String reason, Actor actor, Instant now) {
        updatedAt = now;
        note(
                to == null ? "alias-removed" : "alias-moved",
                from == null ? null : name + "/" + from,
                to == null ? null : name + "/" + to,
                reason,
                actor,
                now,
                Map.of("alias", alias.value()));
        registerEvent(
                to == null
                        ? new RegistryEvent.AliasDeleted(namespace, name, alias)
                        : new RegistryEvent.AliasSet(namespace, name, alias, to));
    }

    void rename(ModelName next, Actor actor, Instant now) {
        note("renamed", name.value(), next.value(), "", actor, now, Map.of());
        name = next;
        updatedAt = now;
    }

    /** Notes that something of one of its versions was changed. */
    void versionChanged(Instant now) {
        updatedAt = now;
    }

    void delete(Actor actor, Instant now) {
        deletedAt = now;
        note("deleted", null, null, "", actor, now, Map.of());
    }

    private void note(
            String verb,
            @Nullable String from,
            @Nullable String to,
            String reason,
            Actor actor,
            Instant now,
            Map<String, String> facts) {
        registerEvent(new Transition(
                namespace.value(), "model", id, name.value(), verb, from, to, reason, actor, now, facts));
    }

    UUID id() {
        return id;
    }

    long version() {
        return version == null ? 0 : version;
    }

    Name namespace() {
        return namespace;
    }

    ModelName name() {
        return name;
    }
}
