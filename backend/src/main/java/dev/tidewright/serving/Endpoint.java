package dev.tidewright.serving;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import dev.tidewright.kernel.Transition;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.AbstractAggregateRoot;

/**
 * A URL behind which a revision answers. What users want, what autoscaling decided and what the reconciler saw are kept in
 * columns of their own.
 */
@Entity
class Endpoint extends AbstractAggregateRoot<Endpoint> {

    @Id
    private UUID id;

    @Version
    private long version;

    private Name namespace;
    private Name name;
    private Instant createdAt;
    private String createdBy;
    private String description;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> labels;

    @Enumerated(EnumType.STRING)
    private EndpointAccess access;

    /** Grows with every change of what is wanted, and only then: the ETag does not change because a replica got ready. */
    private long generation;

    private int lastRevision;
    private String stoppedBy;
    private @Nullable Integer autoscaledReplicas;

    @Embedded
    private Rollout rollout;

    @Enumerated(EnumType.STRING)
    private EndpointPhase phase;

    private String reason;
    private String message;
    private int wantedReplicas;
    private int readyReplicas;

    @JdbcTypeCode(SqlTypes.JSON)
    private List<ReplicaRow> replicas;

    private String waitingFor;

    @JdbcTypeCode(SqlTypes.JSON)
    private @Nullable ClusterScaling clusterScaling;

    private Instant phaseSince;
    private @Nullable Unknown unknown;
    private @Nullable Instant deletedAt;

    @SuppressWarnings("NullAway.Init")
    protected Endpoint() {}

    Endpoint(Name namespace, Name name, EndpointAccess access, Actor actor, Instant now) {
        this.id = Ids.next(now);
        this.namespace = namespace;
        this.name = name;
        this.createdAt = now;
        this.createdBy = actor.name();
        this.description = "";
        this.labels = Map.of();
        this.access = access;
        this.stoppedBy = "";
        this.rollout = new Rollout(now);
        this.phase = EndpointPhase.STARTING;
        this.reason = "";
        this.message = "";
        this.waitingFor = "";
        this.replicas = List.of();
        this.phaseSince = now;
    }

    /** Takes on what is not part of a revision; true when something changed. */
    boolean describe(
            EndpointAccess newAccess, String newDescription, Map<String, String> newLabels, Actor actor, Instant now) {
        if (access == newAccess && description.equals(newDescription) && labels.equals(newLabels)) {
            return false;
        }
        if (access != newAccess) {
            note("access-changed", access.word(), newAccess.word(), "by request", actor, now, Map.of());
        } else {
            note("described", description, newDescription, "by request", actor, now, Map.of());
        }
        access = newAccess;
        description = newDescription;
        labels = Map.copyOf(newLabels);
        generation++;
        return true;
    }

    /** Begins to move to a revision that was just made. */
    void serve(Revision revision, String verb, Map<String, String> changes, Actor actor, Instant now) {
        refuseWhenDeleted();
        var somethingServes = stoppedBy.isEmpty() && rollout.stable() != null;
        var from = lastRevision == 0 ? null : "revision " + rollout.target();
        generation++;
        lastRevision = revision.number();
        stoppedBy = "";
        autoscaledReplicas = carriedOver(revision.spec());
        rollout.begin(revision.number(), somethingServes, wantedReplicas, now);
        note(verb, from, "revision " + revision.number(), revision.reason(), actor, now, changes);
        moveTo(
                somethingServes ? EndpointPhase.ROLLING_OUT : EndpointPhase.STARTING,
                "",
                "revision " + revision.number() + " was asked for",
                actor,
                now);
    }

    /** A rollout keeps the live number of replicas, within the bounds of the new revision. */
    private @Nullable Integer carriedOver(RevisionSpec spec) {
        if (spec.autoscaling() == null) {
            return null;
        }
        return spec.autoscaling().clamp(wantedReplicas);
    }

    void stop(String why, Actor actor, Instant now) {
        refuseWhenDeleted();
        if (!stoppedBy.isEmpty()) {
            throw new Refusal.Conflict("already-stopped", "endpoint \"" + name + "\" was stopped by " + stoppedBy);
        }
        generation++;
        stoppedBy = actor.label();
        note("stopped", null, null, why, actor, now, Map.of());
        moveTo(EndpointPhase.STOPPED, "STOPPED", "stopped by " + stoppedBy, actor, now);
    }

    void start(String why, Actor actor, Instant now) {
        refuseWhenDeleted();
        if (stoppedBy.isEmpty()) {
            throw new Refusal.Conflict("not-stopped", "endpoint \"" + name + "\" is not stopped");
        }
        generation++;
        stoppedBy = "";
        rollout.startAgain(now);
        note("started", null, null, why, actor, now, Map.of());
        moveTo(EndpointPhase.STARTING, "", "started by " + actor.label(), actor, now);
    }

    void abort(String why, Actor actor, Instant now) {
        refuseWhenDeleted();
        if (!rolling()) {
            throw new Refusal.Conflict("no-rollout", "endpoint \"" + name + "\" is not rolling out: nothing to abort");
        }
        if (!rollout.canReturn()) {
            throw new Refusal.Conflict(
                    "nothing-to-return-to",
                    "no other revision of endpoint \"" + name + "\" has ever been ready: stop it, or deploy a change");
        }
        var left = rollout.target();
        generation++;
        rollout.comeBack("the rollout of revision " + left + " was aborted by " + actor.label(), false, now);
        note("rollout-aborted", "revision " + left, "revision " + rollout.target(), why, actor, now, Map.of());
    }

    void delete(String why, Actor actor, Instant now) {
        refuseWhenDeleted();
        generation++;
        note("deleted", null, null, why, actor, now, Map.of());
        moveTo(EndpointPhase.DELETING, "", "deleted by " + actor.label(), actor, now);
    }

    /** Nothing of it runs any more. */
    void gone(Instant now) {
        deletedAt = now;
        readyReplicas = 0;
        replicas = List.of();
        moveTo(EndpointPhase.DELETED, "", "nothing of it is left", Actor.system("serving"), now);
    }

    /** Autoscaling's own door: nobody else writes the number while it decides. */
    void scale(int from, int to, String why, Actor actor, Instant now) {
        refuseWhenDeleted();
        autoscaledReplicas = to;
        note("scaled", Text.counted(from, "replica"), Text.counted(to, "replica"), why, actor, now, Map.of());
    }

    /** The cluster does not answer: what is known of it stays, as what was known then. */
    void unknown(String why, Instant now) {
        unknown = new Unknown(unknown == null ? now : unknown.since(), why);
    }

    /** Keeps what a pass saw and concluded. */
    void observed(Condition condition, FleetSeen seen, Instant now) {
        replicas = seen.replicas();
        clusterScaling = seen.scaling();
        wantedReplicas = seen.wanted();
        readyReplicas = seen.ready();
        waitingFor = seen.waitingFor();
        unknown = null;
        moveTo(condition.phase(), condition.reason(), condition.message(), Actor.system("serving"), now);
    }

    /** What happened to the rollout in this pass, for the history. */
    void rolloutEnded(Rollout.Outcome outcome, int revision, Instant now) {
        switch (outcome) {
            case UNCHANGED -> {}
            case COMPLETED ->
                note("rollout-completed", null, "revision " + revision, rollout.returned(), system(), now, Map.of());
            case RETURNS ->
                note(
                        "rollout-returned",
                        "revision " + revision,
                        "revision " + rollout.target(),
                        rollout.returned(),
                        system(),
                        now,
                        Map.of());
            case FAILED ->
                note(
                        "rollout-failed",
                        "revision " + revision,
                        null,
                        "no progress before the deadline",
                        system(),
                        now,
                        Map.of());
        }
    }

    private static Actor system() {
        return Actor.system("rollout");
    }

    private void moveTo(EndpointPhase next, String newReason, String newMessage, Actor actor, Instant now) {
        if (!phase.mayBecome(next)) {
            throw new Refusal.Conflict(
                    "illegal-move", "endpoint \"" + name + "\" is " + phase + " and cannot be " + next);
        }
        if (phase != next || !reason.equals(newReason)) {
            var facts = newReason.isEmpty() ? Map.<String, String>of() : Map.of("reason", newReason);
            note("status", phase.name(), next.name(), newMessage, actor, now, facts);
            phaseSince = now;
        }
        phase = next;
        reason = newReason;
        message = newMessage;
    }

    void note(
            String verb,
            @Nullable String from,
            @Nullable String to,
            String why,
            Actor actor,
            Instant now,
            Map<String, String> facts) {
        registerEvent(new Transition(
                namespace.value(), "endpoint", id, name.value(), verb, from, to, why, actor, now, facts));
    }

    private void refuseWhenDeleted() {
        if (deleting() || deletedAt != null) {
            throw new Refusal.Conflict("being-deleted", "endpoint \"" + name + "\" is being deleted");
        }
    }

    boolean rolling() {
        return stoppedBy.isEmpty() && rollout.state().underWay();
    }

    boolean deleting() {
        return phase == EndpointPhase.DELETING;
    }

    /** Whether it is to have replicas at all. */
    boolean running() {
        return stoppedBy.isEmpty() && !deleting() && deletedAt == null;
    }

    UUID id() {
        return id;
    }

    Name namespace() {
        return namespace;
    }

    Name name() {
        return name;
    }

    Instant createdAt() {
        return createdAt;
    }

    String createdBy() {
        return createdBy;
    }

    String description() {
        return description;
    }

    Map<String, String> labels() {
        return labels;
    }

    EndpointAccess access() {
        return access;
    }

    long generation() {
        return generation;
    }

    int nextRevision() {
        return lastRevision + 1;
    }

    String stoppedBy() {
        return stoppedBy;
    }

    @Nullable
    Integer autoscaledReplicas() {
        return autoscaledReplicas;
    }

    @Nullable
    ClusterScaling clusterScaling() {
        return clusterScaling;
    }

    Rollout rollout() {
        return rollout;
    }

    EndpointPhase phase() {
        return phase;
    }

    String reason() {
        return reason;
    }

    String message() {
        return message;
    }

    Instant phaseSince() {
        return phaseSince;
    }

    int wantedReplicas() {
        return wantedReplicas;
    }

    int readyReplicas() {
        return readyReplicas;
    }

    List<ReplicaRow> replicas() {
        return replicas;
    }

    /** Null while the cluster answers. */
    @Nullable
    Unknown unknown() {
        return unknown;
    }

    String waitingFor() {
        return waitingFor;
    }
}
