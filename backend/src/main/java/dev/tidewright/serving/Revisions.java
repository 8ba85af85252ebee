package dev.tidewright.serving;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.domain.Limit;
import org.springframework.data.repository.Repository;

interface Revisions extends Repository<Revision, UUID> {

    Revision save(Revision revision);

    Optional<Revision> findById(UUID id);

    Optional<Revision> findByEndpointIdAndNumber(UUID endpointId, int number);

    List<Revision> findByEndpointIdAndNumberIn(UUID endpointId, Collection<Integer> numbers);

    List<Revision> findByEndpointIdAndNumberLessThanOrderByNumberDesc(UUID endpointId, int before, Limit limit);
}
