package dev.tidewright.tenancy;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;
import org.springframework.transaction.annotation.Transactional;

interface ApiTokens extends Repository<ApiToken, UUID> {

    ApiToken save(ApiToken token);

    Optional<ApiToken> findById(UUID id);

    /** With its owner, in one look: it is asked at every request. */
    @Query("SELECT new dev.tidewright.tenancy.ApiTokens$Held(t, u) FROM ApiToken t JOIN AppUser u ON u.id = t.userId"
            + " WHERE t.hash = :hash")
    Optional<Held> findByHash(byte[] hash);

    /** A token and whose it is. */
    record Held(ApiToken token, AppUser user) {}

    List<ApiToken> findByUserIdOrderByIdDesc(UUID userId);

    /** Beside the optimistic lock: two uses at once are no conflict. */
    @Modifying
    @Transactional
    @Query("UPDATE ApiToken t SET t.lastUsedAt = :now WHERE t.id = :id")
    void used(UUID id, Instant now);
}
