package dev.tidewright.serving;

import dev.tidewright.kernel.Refusal;
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

    /** Refuses a number that the endpoint has no revision of. */
    default Revision require(UUID endpointId, int number) {
        return findByEndpointIdAndNumber(endpointId, number)
                .orElseThrow(() -> new Refusal.NotFound("revision", number));
    }

    List<Revision> findByEndpointIdAndNumberIn(UUID endpointId, Collection<Integer> numbers);

    List<Revision> findByEndpointIdAndNumberLessThanOrderByNumberDesc(UUID endpointId, int before, Limit limit);
}
