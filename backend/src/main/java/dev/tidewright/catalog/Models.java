package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;
import jakarta.persistence.LockModeType;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;

interface Models extends JpaRepository<Model, UUID> {

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select m from Model m where m.namespace = :namespace and m.name = :name and m.deletedAt is null")
    Optional<Model> lock(Name namespace, ModelName name);

    boolean existsByNamespaceAndNameAndDeletedAtIsNull(Name namespace, ModelName name);
}
