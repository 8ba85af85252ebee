package dev.tidewright.tracking;

import dev.tidewright.kernel.Name;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

interface Runs extends JpaRepository<Run, UUID> {

    Optional<Run> findBySourceKindAndSourceIdAndSourceOwnTrue(String kind, UUID id);

    /** What a source's program has begun beside the source's own run. */
    List<Run> findBySourceIdAndSourceKindAndSourceOwnFalseAndDeletedAtIsNullOrderByIdDesc(
            UUID id, String kind, Limit limit);

    @Query("""
            select r from Run r where r.sourceId = :id and r.sourceKind = :kind and not r.sourceOwn
                and r.status in (RunStatus.SCHEDULED, RunStatus.RUNNING)
            """)
    List<Run> unfinishedBeside(String kind, UUID id);

    Optional<Run> findByIdAndNamespace(UUID id, Name namespace);

    /** Newest first, older than {@code before}. */
    @Query("""
            select r from Run r where r.namespace = :namespace and r.id < :before and r.deletedAt is null
                and (:status is null or r.status = :status)
                and (:source is null or r.sourceName = :source)
            order by r.id desc
            """)
    List<Run> page(Name namespace, UUID before, @Nullable RunStatus status, @Nullable String source, Limit limit);
}
