package dev.tidewright.serving;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.repository.Repository;

interface RevisionRuns extends Repository<RevisionRun, UUID> {

    RevisionRun save(RevisionRun run);

    Optional<RevisionRun> findById(UUID revisionId);

    List<RevisionRun> findByEndpointIdAndLiveTrueOrderByNumberDesc(UUID endpointId);

    Optional<RevisionRun> findByEndpointIdAndNumber(UUID endpointId, int number);
}
