package dev.tidewright.tenancy;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.repository.Repository;

interface QuotaHolds extends Repository<QuotaHold, UUID> {

    QuotaHold save(QuotaHold hold);

    Optional<QuotaHold> findById(UUID holder);

    List<QuotaHold> findByNamespaceIdOrderByKindAscNameAsc(UUID namespaceId);

    void delete(QuotaHold hold);
}
