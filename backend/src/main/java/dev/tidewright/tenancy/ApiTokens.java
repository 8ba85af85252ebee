package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;
import org.springframework.transaction.annotation.Transactional;

interface ApiTokens extends Repository<ApiToken, UUID> {

    ApiToken save(ApiToken token);

    Optional<ApiToken> findById(UUID id);

    /** With its owner, in one look and without loading either: it is asked at every request. */
    @Query(
            "SELECT new dev.tidewright.tenancy.ApiTokens$Held(t.id, t.name, t.scope, t.namespace, t.revokedAt, t.expiresAt,"
                    + " u.id, u.name, u.platformAdmin, u.disabledAt)"
                    + " FROM ApiToken t JOIN AppUser u ON u.id = t.userId WHERE t.hash = :hash")
    Optional<Held> findByHash(byte[] hash);

    /** What a token allows, and whose it is. */
    record Held(
            UUID id,
            String name,
            Scope scope,
            @Nullable Name namespace,
            @Nullable Instant revokedAt,
            @Nullable Instant expiresAt,
            UUID userId,
            Name userName,
            boolean platformAdmin,
            @Nullable Instant disabledAt) {

        boolean expired(Instant now) {
            return expiresAt != null && !now.isBefore(expiresAt);
        }

        Caller.Person caller() {
            return new Caller.Person(userId, userName, platformAdmin, scope, namespace, "token " + name);
        }
    }

    List<ApiToken> findByUserIdOrderByIdDesc(UUID userId);

    /** Beside the optimistic lock: two uses at once are no conflict. */
    @Modifying
    @Transactional
    @Query("UPDATE ApiToken t SET t.lastUsedAt = :now WHERE t.id = :id")
    void used(UUID id, Instant now);
}
