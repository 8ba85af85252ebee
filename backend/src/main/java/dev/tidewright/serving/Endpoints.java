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

    /** Those whose wanted revision follows an alias. */
    @Query(nativeQuery = true, value = """
            SELECT e.id FROM endpoint e
            JOIN endpoint_revision r ON r.endpoint_id = e.id AND r.number = e.target_revision
            WHERE e.namespace = :namespace AND e.deleted_at IS NULL
                AND r.spec #> '{serves,model}' @> jsonb_build_object(
                    'name', CAST(:model AS text), 'alias', CAST(:alias AS text), 'follow', true)
            """)
    List<UUID> following(String namespace, String model, String alias);

    @Query("select e.id from Endpoint e where e.deletedAt is null and e.namespace = :namespace")
    List<UUID> idsIn(Name namespace);
}
