package dev.tidewright.serving;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.PostLoad;
import jakarta.persistence.PostPersist;
import jakarta.persistence.Transient;
import java.util.UUID;
import org.springframework.data.domain.Persistable;

/** The workload of one revision: how many replicas the cluster was last told to run. The revision itself never changes. */
@Entity
class RevisionRun implements Persistable<UUID> {

    @Id
    private UUID revisionId;

    private UUID endpointId;
    private int number;

    /** Written before the cluster is told, so that what was asked for is never more than this. */
    private int wantedReplicas;

    /** Whether the cluster may still have something of it. */
    private boolean live;

    @Transient
    private boolean fresh;

    protected RevisionRun() {
        revisionId = new UUID(0, 0);
        endpointId = revisionId;
    }

    RevisionRun(Revision revision) {
        revisionId = revision.id();
        endpointId = revision.endpointId();
        number = revision.number();
        live = true;
        fresh = true;
    }

    @PostLoad
    @PostPersist
    void known() {
        fresh = false;
    }

    void want(int replicas) {
        wantedReplicas = replicas;
        live = live || replicas > 0;
    }

    void revive() {
        live = true;
    }

    void gone() {
        live = false;
        wantedReplicas = 0;
    }

    @Override
    public UUID getId() {
        return revisionId;
    }

    @Override
    public boolean isNew() {
        return fresh;
    }

    UUID revisionId() {
        return revisionId;
    }

    UUID endpointId() {
        return endpointId;
    }

    int number() {
        return number;
    }

    int wantedReplicas() {
        return wantedReplicas;
    }

    boolean live() {
        return live;
    }
}
