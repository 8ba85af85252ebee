package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.repository.Repository;

interface NamespaceRows extends Repository<Namespace, UUID> {

    Namespace save(Namespace namespace);

    Optional<Namespace> findById(UUID id);

    boolean existsByNameAndDeletedAtIsNull(Name name);

    Optional<Namespace> findByNameAndDeletedAtIsNull(Name name);

    Optional<Namespace> findFirstByNameOrderByDeletedAtDesc(Name name);

    List<Namespace> findByDeletedAtIsNullOrderByName();

    List<Namespace> findByIdInAndDeletedAtIsNullOrderByName(Collection<UUID> ids);
}
