package dev.tidewright.tenancy;

import dev.tidewright.kernel.Resources;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

interface QuotaHolds extends Repository<QuotaHold, UUID> {

    QuotaHold save(QuotaHold hold);

    Optional<QuotaHold> findById(UUID holder);

    List<QuotaHold> findByNamespaceIdOrderByKindAscNameAsc(UUID namespaceId);

    /**
     * What all but one hold, in groups of the same size: there are few of them, however many hold something.
     *
     * @param except may hold nothing
     */
    @Query("SELECT h.resources AS resources, count(h) AS holders, sum(h.jobs) AS jobs, sum(h.endpoints) AS endpoints"
            + " FROM QuotaHold h WHERE h.namespaceId = :namespaceId AND h.holder <> :except GROUP BY h.resources")
    List<Group> others(UUID namespaceId, UUID except);

    /** Some who hold the same each. */
    interface Group {
        Resources getResources();

        long getHolders();

        long getJobs();

        long getEndpoints();
    }

    void delete(QuotaHold hold);
}
