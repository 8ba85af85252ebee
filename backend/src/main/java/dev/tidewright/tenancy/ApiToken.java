package dev.tidewright.tenancy;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Transition;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.AbstractAggregateRoot;

/** A bearer token: only its SHA-256 is kept. 256 random bits need no slow hash. */
@Entity
class ApiToken extends AbstractAggregateRoot<ApiToken> {

    @Id
    private UUID id;

    @Version
    private long version;

    private UUID userId;
    private String name;
    private String hint;

    @SuppressWarnings("UnusedVariable") // found by, never read
    private byte[] hash;

    @Enumerated(EnumType.STRING)
    private Scope scope;

    private @Nullable Name namespace;
    private Instant createdAt;
    private @Nullable Instant expiresAt;
    private @Nullable Instant revokedAt;
    private @Nullable Instant lastUsedAt;

    @SuppressWarnings("NullAway.Init")
    protected ApiToken() {}

    ApiToken(UUID userId, CreateToken wanted, String secret, Actor actor, Instant now) {
        this.id = Ids.next(now);
        this.userId = userId;
        this.name = wanted.name();
        this.hint = secret.substring(0, Math.min(8, secret.length()));
        this.hash = Tokens.sha256(secret);
        this.scope = wanted.scope();
        this.namespace = wanted.namespace();
        this.createdAt = now;
        this.expiresAt =
                wanted.expiresIn() == null ? null : now.plus(wanted.expiresIn().value());
        note("created", "scope " + scope, actor, now);
    }

    void revoke(Actor actor, Instant now) {
        if (revokedAt == null) {
            revokedAt = now;
            note("revoked", "by request", actor, now);
        }
    }

    private void note(String verb, String reason, Actor actor, Instant now) {
        registerEvent(new Transition(null, "token", id, name, verb, null, null, reason, actor, now, Map.of()));
    }

    UUID id() {
        return id;
    }

    UUID userId() {
        return userId;
    }

    String name() {
        return name;
    }

    String hint() {
        return hint;
    }

    Scope scope() {
        return scope;
    }

    @Nullable
    Name namespace() {
        return namespace;
    }

    Instant createdAt() {
        return createdAt;
    }

    @Nullable
    Instant expiresAt() {
        return expiresAt;
    }

    @Nullable
    Instant revokedAt() {
        return revokedAt;
    }

    @Nullable
    Instant lastUsedAt() {
        return lastUsedAt;
    }
}
