package dev.tidewright.serving;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.PostLoad;
import jakarta.persistence.PostPersist;
import jakarta.persistence.Transient;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Persistable;

/**
 * The workload of one revision: how many replicas the cluster was last told to run. The revision itself never changes.
 * Revisions that differ in nothing that a replica is made from share one workload, which belongs to one of them at a time.
 */
@Entity
class RevisionRun implements Persistable<UUID> {

    @Id
    private UUID revisionId;

    private UUID endpointId;
    private int number;

    /** The revision whose replicas these were first, and that their workload is named after; null: this one. */
    private @Nullable UUID workloadRevisionId;

    private @Nullable Integer workloadNumber;

    /** Written before the cluster is told, so that what was asked for is never more than this. */
    private int wantedReplicas;

    /** How many replicas the cluster's own autoscaler may give it; null where the platform decides. */
    private @Nullable Integer autoscalerMax;

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

    /** A revision that is served by the replicas of an earlier one; it has them from {@link #takeOver} on. */
    RevisionRun(Revision revision, RevisionRun earlier) {
        this(revision);
        live = false;
        workloadRevisionId = earlier.workloadRevisionId();
        workloadNumber = earlier.workload();
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

    void autoscaleUpTo(@Nullable Integer max) {
        autoscalerMax = max;
    }

    void revive() {
        live = true;
    }

    boolean sharesReplicasWith(RevisionRun other) {
        return number != other.number && workload() == other.workload();
    }

    /** From now on the replicas of the other one are this one's, as they are. */
    void takeOver(RevisionRun other) {
        wantedReplicas = other.wantedReplicas;
        autoscalerMax = other.autoscalerMax;
        other.gone();
    }

    void gone() {
        live = false;
        wantedReplicas = 0;
        autoscalerMax = null;
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

    /** The number that the workload bears. */
    int workload() {
        return workloadNumber == null ? number : workloadNumber;
    }

    UUID workloadRevisionId() {
        return workloadRevisionId == null ? revisionId : workloadRevisionId;
    }

    int wantedReplicas() {
        return wantedReplicas;
    }

    @Nullable
    Integer autoscalerMax() {
        return autoscalerMax;
    }

    boolean live() {
        return live;
    }
}
