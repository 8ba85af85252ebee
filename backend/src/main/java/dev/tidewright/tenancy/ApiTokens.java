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

    Optional<ApiToken> findByHash(byte[] hash);

    List<ApiToken> findByUserIdOrderByIdDesc(UUID userId);

    /** Beside the optimistic lock: two uses at once are no conflict. */
    @Modifying
    @Transactional
    @Query("UPDATE ApiToken t SET t.lastUsedAt = :now WHERE t.id = :id")
    void used(UUID id, Instant now);
}
