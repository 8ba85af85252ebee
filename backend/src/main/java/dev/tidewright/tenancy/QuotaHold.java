package dev.tidewright.tenancy;

import dev.tidewright.kernel.Resources;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.springframework.data.domain.Persistable;

/** One row of the ledger. */
@Entity
class QuotaHold implements Persistable<UUID> {

    @Id
    private UUID holder;

    private UUID namespaceId;
    private String kind;
    private String name;

    @JdbcTypeCode(SqlTypes.JSON)
    private Resources resources;

    private int jobs;
    private int endpoints;

    @jakarta.persistence.Transient
    private boolean fresh;

    @SuppressWarnings("NullAway.Init")
    protected QuotaHold() {}

    QuotaHold(UUID namespaceId, Hold hold) {
        this.holder = hold.holder();
        this.namespaceId = namespaceId;
        this.kind = hold.kind();
        this.name = hold.name();
        this.resources = hold.resources();
        this.jobs = hold.jobs();
        this.endpoints = hold.endpoints();
        this.fresh = true;
    }

    void resize(Hold hold) {
        resources = hold.resources();
        jobs = hold.jobs();
        endpoints = hold.endpoints();
    }

    Hold hold() {
        return new Hold(holder, kind, name, resources, jobs, endpoints);
    }

    UUID namespaceId() {
        return namespaceId;
    }

    @Override
    public UUID getId() {
        return holder;
    }

    @Override
    public boolean isNew() {
        return fresh;
    }
}
