package dev.tidewright.serving;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.FailPoints;
import dev.tidewright.reconcile.Next;
import dev.tidewright.reconcile.Reconciler;
import dev.tidewright.reconcile.WorkQueue;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Brings endpoints nearer to what is wanted: looks, tells the gateway, decides and writes down, tells the cluster. */
@Component
class ServingReconciler implements Reconciler {

    static final String KIND = "endpoint";

    private static final Logger LOG = LoggerFactory.getLogger(ServingReconciler.class);

    private final Cluster cluster;
    private final FleetService fleets;
    private final Traffic traffic;
    private final Workloads workloads;
    private final ServingSettings settings;
    private final Map<WorkloadId, UUID> owners = new ConcurrentHashMap<>();

    ServingReconciler(
            Cluster cluster,
            FleetService fleets,
            Traffic traffic,
            Workloads workloads,
            WorkQueue queue,
            ServingSettings settings) {
        this.cluster = cluster;
        this.fleets = fleets;
        this.traffic = traffic;
        this.workloads = workloads;
        this.settings = settings;
        cluster.onChange(changed -> hint(changed, queue));
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Next reconcile(UUID id) {
        var standing = fleets.standing(id);
        if (standing.isEmpty()) {
            traffic.remove(id);
            return Next.done();
        }
        try {
            return pass(standing.get());
        } catch (ClusterUnavailable away) {
            LOG.info("endpoint {} is left as it is: {}", standing.get().name(), away.getMessage());
            fleets.unknown(id, String.valueOf(away.getMessage()));
            return Next.again(settings.slow());
        }
    }

    private Next pass(Orders standing) {
        var seen = observe(standing);
        // New replicas are in the table before the cluster is told that old ones may go.
        publish(standing, seen);
        reach(standing, "rollout.step.before-record");
        var orders = fleets.record(standing.endpoint(), seen).orElse(null);
        if (orders == null || orders.gone()) {
            traffic.remove(standing.endpoint());
            return Next.done();
        }
        reach(orders, "rollout.step.before-apply");
        repair(orders, seen);
        var shrunk = carryOut(orders, seen);
        reach(orders, "rollout.step.after-apply");
        publish(orders, shrunk ? observe(orders) : seen);
        return Next.again(orders.rolling() ? settings.fast() : settings.slow());
    }

    private List<Sighting> observe(Orders orders) {
        return orders.each().stream()
                .map(order -> {
                    var workload = Workloads.id(orders, order);
                    owners.put(workload, orders.endpoint());
                    return new Sighting(order.number(), order.workload(), cluster.observe(workload));
                })
                .toList();
    }

    private void publish(Orders orders, List<Sighting> seen) {
        var ready =
                seen.stream().flatMap(sighting -> sighting.targets().stream()).toList();
        var targets = ready.isEmpty()
                ? seen.stream()
                        .flatMap(sighting -> sighting.lastResort().stream())
                        .toList()
                : ready;
        traffic.put(
                orders.endpoint(),
                new Route(orders.namespace(), orders.name(), orders.open(), targets, orders.explanation()));
    }

    private void repair(Orders orders, List<Sighting> seen) {
        for (var order : orders.each()) {
            var altered = seen.stream()
                    .filter(sighting -> sighting.workload() == order.workload())
                    .flatMap(sighting -> sighting.seen().altered().stream())
                    .toList();
            if (!altered.isEmpty() && order.wanted() > 0 && cluster.repair(workloads.service(orders, order))) {
                fleets.repaired(orders.endpoint(), altered);
            }
        }
    }

    /** True when replicas were told to go. */
    private boolean carryOut(Orders orders, List<Sighting> sightings) {
        var shrunk = false;
        for (var order : orders.each()) {
            var seen = sightings.stream()
                    .filter(sighting -> sighting.workload() == order.workload())
                    .findFirst();
            var staying = seen.map(Sighting::staying).orElse(0);
            var absent = seen.map(Sighting::absent).orElse(true);
            var scaled = seen.map(sighting -> sighting.seen().autoscaler()).orElse(null);
            var unkept = seen.map(Sighting::unkept).orElse(false);
            if (order.autoscaler() != null && !absent && !unkept) {
                if (scaled == null || !order.autoscaler().equals(scaled.applied())) {
                    cluster.autoscale(Workloads.id(orders, order), order.autoscaler());
                }
                continue;
            }
            if (order.endsAutoscaler() || scaled != null) {
                // Before the number is written: two that write it would undo each other's.
                cluster.autoscale(Workloads.id(orders, order), null);
            }
            if (order.wanted() != staying || ((absent || unkept) && order.wanted() > 0)) {
                cluster.apply(workloads.service(orders, order));
                shrunk |= order.wanted() < staying;
            } else if (order.wanted() == 0
                    && !absent
                    && seen.get().seen().replicas().isEmpty()) {
                var workload = Workloads.id(orders, order);
                cluster.delete(workload);
                owners.remove(workload);
            }
        }
        return shrunk;
    }

    private void hint(WorkloadId changed, WorkQueue queue) {
        var endpoint = owners.get(changed);
        if (endpoint != null) {
            try {
                queue.put(KIND, endpoint);
            } catch (RuntimeException databaseAway) {
                LOG.debug("a hint about {} is lost, the next pass sees it", changed, databaseAway);
            }
        }
    }

    private static void reach(Orders orders, String point) {
        if (orders.rolling()) {
            FailPoints.reach(point);
        }
    }
}
