package dev.tidewright.catalog;

import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

interface ModelVersions extends JpaRepository<ModelVersion, UUID> {

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select v from ModelVersion v where v.modelId = :model and v.number = :number")
    Optional<ModelVersion> lock(UUID model, int number);

    /** Lets all versions of a model, deleted ones too, know its new name. */
    @Modifying
    @Query("update ModelVersion v set v.modelName = :name where v.modelId = :model")
    void rename(UUID model, ModelName name);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select v from ModelVersion v where v.modelId = :model and v.status = :status order by v.number")
    List<ModelVersion> lockAll(UUID model, VersionStatus status);
}
