package dev.tidewright.tenancy;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Transition;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.AbstractAggregateRoot;

/** A local user or service account. */
@Entity
class AppUser extends AbstractAggregateRoot<AppUser> {

    @Id
    private UUID id;

    @Version
    private long version;

    private Name name;
    private String displayName;
    private @Nullable String passwordHash;
    private boolean platformAdmin;
    private Instant createdAt;
    private String createdBy;
    private @Nullable Instant disabledAt;

    @SuppressWarnings("NullAway.Init")
    protected AppUser() {}

    AppUser(
            Name name,
            String displayName,
            @Nullable String passwordHash,
            boolean platformAdmin,
            Actor actor,
            Instant now) {
        this.id = Ids.next(now);
        this.name = name;
        this.displayName = displayName.isBlank() ? name.value() : displayName;
        this.passwordHash = passwordHash;
        this.platformAdmin = platformAdmin;
        this.createdAt = now;
        this.createdBy = actor.name();
        note("created", platformAdmin ? "platform admin" : "user", actor, now);
    }

    void changePassword(String hash, Actor actor, Instant now) {
        passwordHash = hash;
        note("password-changed", "by request", actor, now);
    }

    void disable(Actor actor, Instant now) {
        if (disabledAt == null) {
            disabledAt = now;
            note("disabled", "by request", actor, now);
        }
    }

    void enable(Actor actor, Instant now) {
        if (disabledAt != null) {
            disabledAt = null;
            note("enabled", "by request", actor, now);
        }
    }

    private void note(String verb, String reason, Actor actor, Instant now) {
        registerEvent(new Transition(null, "user", id, name.value(), verb, null, null, reason, actor, now, Map.of()));
    }

    UUID id() {
        return id;
    }

    long version() {
        return version;
    }

    Name name() {
        return name;
    }

    String displayName() {
        return displayName;
    }

    @Nullable
    String passwordHash() {
        return passwordHash;
    }

    boolean platformAdmin() {
        return platformAdmin;
    }

    Instant createdAt() {
        return createdAt;
    }

    String createdBy() {
        return createdBy;
    }

    boolean enabled() {
        return disabledAt == null;
    }
}
