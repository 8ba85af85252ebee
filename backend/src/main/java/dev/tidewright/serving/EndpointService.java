package dev.tidewright.serving;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.FailPoints;
import dev.tidewright.kernel.IfMatch;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.reconcile.WorkQueue;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** What users change about endpoints. */
@Service
public class EndpointService {

    private final Endpoints endpoints;
    private final Revisions revisions;
    private final RevisionMaker maker;
    private final EndpointQuota quota;
    private final WorkQueue queue;
    private final InstantSource clock;

    EndpointService(
            Endpoints endpoints,
            Revisions revisions,
            RevisionMaker maker,
            EndpointQuota quota,
            WorkQueue queue,
            InstantSource clock) {
        this.endpoints = endpoints;
        this.revisions = revisions;
        this.maker = maker;
        this.quota = quota;
        this.queue = queue;
        this.clock = clock;
    }

    /**
     * What a change has led to.
     *
     * @param created the endpoint is new
     * @param revision the number of the revision that was made; null when nothing of what is served changed
     */
    public record Accepted(boolean created, @Nullable Integer revision) {}

    /** Makes an endpoint; refuses a name that is taken. */
    @Transactional
    public Accepted create(Name namespace, DeployEndpoint command, Actor actor) {
        var name = named(command);
        EndpointRules.check(command);
        if (endpoints.find(namespace, name).isPresent()) {
            throw taken("endpoint \"" + name + "\" exists: change that one, or choose another name");
        }
        return make(namespace, name, command, actor);
    }

    /**
     * Makes an endpoint or changes the one of this name.
     *
     * @param ifMatch needed for a change
     * @param supersede a rollout that is under way gives way to this change; otherwise it refuses it
     */
    @Transactional
    public Accepted deploy(
            Name namespace, DeployEndpoint command, @Nullable String ifMatch, boolean supersede, Actor actor) {
        var name = named(command);
        EndpointRules.check(command);
        var found = endpoints.lock(namespace, name);
        if (found.isEmpty()) {
            if (ifMatch != null && !ifMatch.isBlank()) {
                throw new Refusal.NotFound("endpoint", name);
            }
            return make(namespace, name, command, actor);
        }
        var endpoint = found.get();
        IfMatch.require(ifMatch, "endpoint", name, endpoint.generation());
        var current = current(endpoint);
        var spec = keepingReplicas(command, current.spec(), endpoint, maker.resolve(namespace, command));
        endpoint.describe(
                command.access() == null ? endpoint.access() : command.access(),
                EndpointRules.text(command.description()),
                EndpointRules.labels(command),
                actor,
                clock.instant());
        if (maker.same(current.spec(), spec) && endpoint.stoppedBy().isEmpty()) {
            endpoints.save(endpoint);
            return new Accepted(false, null);
        }
        refuseWhileRolling(endpoint, supersede);
        quota.refuseImpossible(endpoint, spec);
        var origin = Revision.Origin.of(actor, EndpointRules.text(command.reason()), null, clock.instant());
        var revision = maker.make(endpoint, spec, origin);
        endpoint.serve(revision, "deployed", maker.changes(current.spec(), spec), actor, clock.instant());
        commit(endpoint, "endpoint.deploy.after-commit");
        return new Accepted(false, revision.number());
    }

    /** Who leaves out how many, and had autoscaling decide it until now, does not mean one. */
    private static RevisionSpec keepingReplicas(
            DeployEndpoint command, RevisionSpec before, Endpoint endpoint, RevisionSpec spec) {
        return command.replicas() == null && command.autoscaling() == null && before.autoscaling() != null
                ? spec.scaled(new ScaleEndpoint(null, endpoint.wantedReplicas(), null))
                : spec;
    }

    private Accepted make(Name namespace, Name name, DeployEndpoint command, Actor actor) {
        var now = clock.instant();
        var access = command.access() == null ? EndpointAccess.PRIVATE : command.access();
        var endpoint = new Endpoint(namespace, name, access, actor, now);
        quota.admit(endpoint);
        // The quota holds the namespace's row from here on: whoever made this name first is seen now.
        if (endpoints.find(namespace, name).isPresent()) {
            throw taken("endpoint \"" + name + "\" was made meanwhile: read it and repeat the change");
        }
        var spec = maker.resolve(namespace, command);
        quota.refuseImpossible(endpoint, spec);
        var origin = Revision.Origin.of(actor, EndpointRules.text(command.reason()), null, now);
        endpoint.describe(access, EndpointRules.text(command.description()), EndpointRules.labels(command), actor, now);
        endpoints.save(endpoint);
        var revision = maker.make(endpoint, spec, origin);
        endpoint.serve(revision, "deployed", Map.of(), actor, now);
        commit(endpoint, "endpoint.deploy.after-commit");
        return new Accepted(true, revision.number());
    }

    /**
     * Serves again all that an earlier revision served, as a new revision. It does not wait for a rollout that is under
     * way: whoever rolls back wants away from what is served now.
     */
    @Transactional
    public Accepted rollBack(Name namespace, Name name, RollBack command, Actor actor) {
        var endpoint = locked(namespace, name);
        var source = source(endpoint, command);
        if (current(endpoint).specDigest().equals(source.specDigest())
                && endpoint.stoppedBy().isEmpty()) {
            return new Accepted(false, null);
        }
        maker.requireStillThere(namespace, source.spec());
        quota.refuseImpossible(endpoint, source.spec());
        var reason = EndpointRules.text(command.reason());
        var told = reason.isEmpty() ? "rolled back to revision " + source.number() : reason;
        var besides = Boolean.TRUE.equals(command.moveAlias())
                ? maker.moveAliasBack(namespace, source.spec(), told, actor)
                : "";
        var origin = Revision.Origin.of(actor, told + besides, source.number(), clock.instant());
        // Where the alias is now is known to whoever rolls back: only its next move is followed.
        maker.lastMove(namespace, source.spec()).ifPresent(endpoint.rollout()::followed);
        var before = current(endpoint).spec();
        var revision = maker.copy(endpoint, source, origin);
        endpoint.serve(revision, "rolled-back", maker.changes(before, source.spec()), actor, clock.instant());
        commit(endpoint, "rollback.after-commit");
        return new Accepted(false, revision.number());
    }

    /**
     * Changes the number of replicas, or the policy that decides it, as a new revision. What is served is copied, not
     * looked up anew: an alias that has moved since does not come along.
     */
    @Transactional
    public Accepted scale(Name namespace, Name name, ScaleEndpoint asked, @Nullable String ifMatch, Actor actor) {
        var endpoint = locked(namespace, name);
        var command = asked.keeping(current(endpoint).spec().autoscaling(), endpoint.wantedReplicas());
        command.check();
        IfMatch.require(ifMatch, "endpoint", name, endpoint.generation());
        if (!endpoint.stoppedBy().isEmpty()) {
            throw new Refusal.Conflict(
                    "endpoint-stopped", "endpoint \"" + name + "\" is stopped: start it, then change its replicas");
        }
        var current = current(endpoint);
        var spec = current.spec().scaled(command);
        if (maker.same(current.spec(), spec)) {
            return new Accepted(false, null);
        }
        refuseWhileRolling(endpoint, false);
        quota.refuseImpossible(endpoint, spec);
        var origin = Revision.Origin.of(actor, EndpointRules.text(command.reason()), null, clock.instant());
        var revision = maker.copy(endpoint, current, spec, origin);
        endpoint.serve(revision, "deployed", maker.changes(current.spec(), spec), actor, clock.instant());
        commit(endpoint, "endpoint.deploy.after-commit");
        return new Accepted(false, revision.number());
    }

    private Revision source(Endpoint endpoint, RollBack command) {
        var number = command.revision();
        if (number == null) {
            throw new Refusal.Invalid("invalid-rollback", "revision", "say which revision to serve again");
        }
        return revisions
                .findByEndpointIdAndNumber(endpoint.id(), number)
                .orElseThrow(() -> new Refusal.Invalid(
                        "unknown-revision",
                        "revision",
                        "endpoint \"" + endpoint.name() + "\" has no revision " + number + ": the newest is "
                                + (endpoint.nextRevision() - 1)));
    }

    @Transactional
    public void stop(Name namespace, Name name, String reason, Actor actor) {
        var endpoint = locked(namespace, name);
        endpoint.stop(reason, actor, clock.instant());
        commit(endpoint, "endpoint.stop.after-commit");
    }

    @Transactional
    public void start(Name namespace, Name name, String reason, Actor actor) {
        var endpoint = locked(namespace, name);
        maker.requireStillThere(namespace, current(endpoint).spec());
        endpoint.start(reason, actor, clock.instant());
        commit(endpoint, "endpoint.start.after-commit");
    }

    @Transactional
    public void abort(Name namespace, Name name, String reason, Actor actor) {
        var endpoint = locked(namespace, name);
        endpoint.abort(reason, actor, clock.instant());
        commit(endpoint, "rollout.abort.after-commit");
    }

    @Transactional
    public void delete(Name namespace, Name name, @Nullable String ifMatch, String reason, Actor actor) {
        var endpoint = locked(namespace, name);
        IfMatch.require(ifMatch, "endpoint", name, endpoint.generation());
        endpoint.delete(reason, actor, clock.instant());
        commit(endpoint, "endpoint.delete.after-commit");
    }

    private void commit(Endpoint endpoint, String failPoint) {
        endpoints.save(endpoint);
        queue.put(ServingReconciler.KIND, endpoint.id());
        var model = current(endpoint).spec().serves().model();
        if (model != null && model.follows()) {
            // The alias may have been moved meanwhile.
            queue.put(AliasFollowing.KIND, endpoint.id());
        }
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                FailPoints.reach(failPoint);
            }
        });
    }

    private static void refuseWhileRolling(Endpoint endpoint, boolean supersede) {
        if (endpoint.rolling() && !supersede) {
            throw new Refusal.Conflict(
                    "rollout-in-progress",
                    "revision " + endpoint.rollout().target() + " of endpoint \"" + endpoint.name()
                            + "\" is being rolled out: wait for it or abort it; a call of the API can also supersede it (supersede=true)");
        }
    }

    private Revision current(Endpoint endpoint) {
        return revisions
                .findByEndpointIdAndNumber(endpoint.id(), endpoint.rollout().target())
                .orElseThrow();
    }

    private Endpoint locked(Name namespace, Name name) {
        return endpoints.lock(namespace, name).orElseThrow(() -> new Refusal.NotFound("endpoint", name));
    }

    private static Refusal taken(String sentence) {
        return new Refusal.Conflict("endpoint-exists", sentence, List.of(new Refusal.FieldError("name", "is taken")));
    }

    private static Name named(DeployEndpoint command) {
        if (command.name() == null) {
            throw new Refusal.Invalid("invalid-endpoint", "name", "give the endpoint a name");
        }
        return command.name();
    }
}
