package dev.tidewright.serving;

import dev.tidewright.catalog.Alias;
import dev.tidewright.catalog.AliasFollowers;
import dev.tidewright.catalog.ModelName;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.reconcile.WorkQueue;
import java.time.InstantSource;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Lets endpoints serve what an alias means: once for each move of it, by a revision and the endpoint's own rollout. */
@Service
@Transactional
class AliasFollowing implements AliasFollowers {

    static final String KIND = "followed-alias";

    private final Endpoints endpoints;
    private final Revisions revisions;
    private final RevisionMaker maker;
    private final EndpointQuota quota;
    private final WorkQueue queue;
    private final InstantSource clock;

    AliasFollowing(
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

    @Override
    public void moved(Name namespace, ModelName model, Alias alias) {
        endpoints
                .following(namespace.value(), model.value(), alias.value())
                .forEach(endpoint -> queue.put(KIND, endpoint));
    }

    /**
     * Makes the revision that an endpoint lacks, or finds that it lacks none. A move that was followed before is not followed
     * again: what was rolled back, or has failed and returned, stays so until the alias is moved once more.
     *
     * @return false while a rollout is under way, which is waited for
     */
    boolean follow(UUID id) {
        var endpoint = endpoints.lock(id).orElse(null);
        if (endpoint == null || !endpoint.stoppedBy().isEmpty()) {
            return true;
        }
        var current = revisions
                .findByEndpointIdAndNumber(id, endpoint.rollout().target())
                .orElseThrow();
        var next = maker.following(endpoint.namespace(), current.spec()).orElse(null);
        if (next == null || endpoint.rollout().hasFollowed(next.move())) {
            endpoint.rollout().refuseAlias("");
            endpoints.save(endpoint);
            return true;
        }
        if (endpoint.rolling()) {
            return false;
        }
        endpoint.rollout().followed(next.move());
        endpoint.rollout().refuseAlias("");
        if (!maker.same(current.spec(), next.spec())) {
            quota.refuseImpossible(endpoint, next.spec());
            var alias = Actor.system("alias");
            var origin = Revision.Origin.of(alias, next.reason(), null, clock.instant());
            var changes = maker.changes(current.spec(), next.spec());
            endpoint.serve(maker.make(endpoint, next.spec(), origin), "deployed", changes, alias, clock.instant());
            queue.put(ServingReconciler.KIND, id);
        }
        endpoints.save(endpoint);
        return true;
    }

    /** Keeps why an endpoint could not follow: its page says so, and its history has it once, however often it is tried. */
    void refused(UUID id, String why) {
        endpoints.lock(id).ifPresent(endpoint -> {
            if (endpoint.rollout().refuseAlias(why)) {
                var alias = Actor.system("alias");
                endpoint.note("alias-not-followed", null, null, why, alias, clock.instant(), Map.of());
                endpoints.save(endpoint);
            }
        });
    }
}
