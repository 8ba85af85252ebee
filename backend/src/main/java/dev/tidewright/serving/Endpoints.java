package dev.tidewright.serving;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface Endpoints extends Repository<Endpoint, UUID> {

    Endpoint save(Endpoint endpoint);

    Optional<Endpoint> findById(UUID id);

    @Query("select e from Endpoint e where e.namespace = :namespace and e.name = :name and e.deletedAt is null")
    Optional<Endpoint> find(Name namespace, Name name);

    /** Refuses a name that there is no endpoint of. */
    default Endpoint require(Name namespace, Name name) {
        return find(namespace, name).orElseThrow(() -> new Refusal.NotFound("endpoint", name));
    }

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select e from Endpoint e where e.namespace = :namespace and e.name = :name and e.deletedAt is null")
    Optional<Endpoint> lock(Name namespace, Name name);

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select e from Endpoint e where e.id = :id and e.deletedAt is null")
    Optional<Endpoint> lock(UUID id);

    @Query("select e.id from Endpoint e where e.deletedAt is null and e.namespace = :namespace")
    List<UUID> idsIn(Name namespace);
}
