package dev.tidewright.training;

import dev.tidewright.kernel.Name;
import jakarta.persistence.LockModeType;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface TrainingJobs extends Repository<TrainingJob, UUID> {

    TrainingJob save(TrainingJob job);

    TrainingJob saveAndFlush(TrainingJob job);

    void delete(TrainingJob job);

    Optional<TrainingJob> findById(UUID id);

    Optional<TrainingJob> findByNamespaceIdAndName(UUID namespaceId, Name name);

    boolean existsByNamespaceIdAndName(UUID namespaceId, Name name);

    boolean existsByNamespaceIdAndStatus(UUID namespaceId, JobStatus status);

    List<TrainingJob> findByIdIn(Collection<UUID> ids);

    /** For a change: whoever comes second sees what the first one wrote. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select j from TrainingJob j where j.id = :id")
    Optional<TrainingJob> lock(UUID id);

    /** Against deletion, until the transaction ends. */
    @Lock(LockModeType.PESSIMISTIC_READ)
    @Query("select j from TrainingJob j where j.id = :id")
    Optional<TrainingJob> hold(UUID id);

    /** Those that wait for quota, in the order of their submission. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select j from TrainingJob j where j.namespaceId = :namespaceId and j.status = QUEUED order by j.id")
    List<TrainingJob> lockWaiting(UUID namespaceId, Limit limit);

    /** Those of them that the ledger was never asked for. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query(
            "select j from TrainingJob j where j.namespaceId = :namespaceId and j.status = QUEUED and j.reasonCode is null"
                    + " order by j.id")
    List<TrainingJob> lockNew(UUID namespaceId, Limit limit);

    @Query(value = """
                SELECT count(*) FROM training_job WHERE namespace_id = :namespaceId AND status = 'QUEUED' AND id <= :id
                """, nativeQuery = true)
    int position(UUID namespaceId, UUID id);

    @Query(value = """
                SELECT j.id FROM training_job j JOIN job_attempt a ON a.job_id = j.id
                WHERE a.workload = :workload AND j.namespace = :namespace AND NOT a.cleared ORDER BY j.id DESC LIMIT 1
                """, nativeQuery = true)
    Optional<UUID> idOfWorkload(String namespace, String workload);
}
