package dev.tidewright.serving;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.reconcile.WorkQueue;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What autoscaling may know and change of endpoints. */
@Service
public class Scaling {

    private final Endpoints endpoints;
    private final Revisions revisions;
    private final WorkQueue queue;
    private final InstantSource clock;

    Scaling(Endpoints endpoints, Revisions revisions, WorkQueue queue, InstantSource clock) {
        this.endpoints = endpoints;
        this.revisions = revisions;
        this.queue = queue;
        this.clock = clock;
    }

    /**
     * An endpoint that is to be scaled.
     *
     * @param live replicas wanted now
     */
    public record Scalable(UUID id, Name namespace, Name name, AutoscalingPolicy policy, int live) {}

    /**
     * An endpoint whose number of replicas the cluster itself decides.
     *
     * @param seen null: nothing was seen of it yet, or a rollout is under way, during which the number is held
     */
    public record ByCluster(
            AutoscalingPolicy policy,
            int live,
            boolean rolling,
            @Nullable ClusterScaling seen) {}

    /** Empty for one that is stopped, has a fixed number, or is scaled by what the gateway measures. */
    @Transactional(readOnly = true)
    public Optional<ByCluster> byCluster(Name namespace, Name name) {
        var endpoint = endpoints.require(namespace, name);
        if (!endpoint.running()) {
            return Optional.empty();
        }
        return revisions
                .findByEndpointIdAndNumber(endpoint.id(), endpoint.rollout().target())
                .map(Revision::spec)
                .flatMap(spec -> Optional.ofNullable(spec.autoscaling())
                        .filter(AutoscalingPolicy::byCluster)
                        .map(policy -> new ByCluster(
                                policy,
                                spec.wanted(endpoint.autoscaledReplicas()),
                                endpoint.rolling(),
                                endpoint.clusterScaling())));
    }

    /** Empty for one that is stopped, gone, has a fixed number of replicas, or is scaled by the cluster. */
    @Transactional(readOnly = true)
    public Optional<Scalable> scalable(UUID id) {
        return endpoints.findById(id).flatMap(this::of);
    }

    @Transactional(readOnly = true)
    public Optional<Scalable> scalable(Name namespace, Name name) {
        return of(endpoints.require(namespace, name));
    }

    /** The id of an endpoint, or refuses. */
    @Transactional(readOnly = true)
    public UUID id(Name namespace, Name name) {
        return endpoints.require(namespace, name).id();
    }

    /** Changes the number of replicas, unless somebody changed what the decision was made from. */
    @Transactional
    public boolean scale(Scalable seen, int to, String why) {
        var endpoint = endpoints.lock(seen.id());
        if (endpoint.flatMap(this::of).filter(seen::equals).isEmpty()) {
            return false;
        }
        endpoint.get().scale(seen.live(), to, why, Actor.system("autoscaling"), clock.instant());
        endpoints.save(endpoint.get());
        queue.put(ServingReconciler.KIND, seen.id());
        return true;
    }

    private Optional<Scalable> of(Endpoint endpoint) {
        if (!endpoint.running()) {
            return Optional.empty();
        }
        return revisions
                .findByEndpointIdAndNumber(endpoint.id(), endpoint.rollout().target())
                .map(Revision::spec)
                .flatMap(spec -> Optional.ofNullable(spec.autoscaling())
                        .filter(policy -> !policy.byCluster())
                        .map(policy -> new Scalable(
                                endpoint.id(),
                                endpoint.namespace(),
                                endpoint.name(),
                                policy,
                                spec.wanted(endpoint.autoscaledReplicas()))));
    }
}
