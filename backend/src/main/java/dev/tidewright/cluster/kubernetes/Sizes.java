package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** How many replicas a service has, and which of them go when there are to be fewer. */
final class Sizes {

    private static final Duration SETTLING = Duration.ofSeconds(3);

    private final Watches watches;
    private final Writes writes;
    private final Calls calls;
    private final InstantSource clock;

    Sizes(Watches watches, Writes writes, Calls calls, InstantSource clock) {
        this.watches = watches;
        this.writes = writes;
        this.calls = calls;
        this.clock = clock;
    }

    /**
     * Where others wrote the number, or deleted what had it.
     *
     * @param apply makes it be as it is wanted
     */
    void restore(Workload.Service service, Runnable apply) {
        var owner = watches.owner(service.id());
        if (owner.isEmpty()) {
            apply.run();
        } else if (owner.get() instanceof Deployment deployment
                && watches.autoscaler(service.id()).isEmpty()
                && !Alterations.numberedBy(deployment).isEmpty()) {
            scale(service, deployment);
            if (deployment.getSpec().getReplicas() == service.replicas()) {
                watches.wrote(service.id(), calls.call("scale " + service.id(), () -> writes.keepNumber(deployment)));
            }
        }
    }

    /** Everything else of a service is fixed by its id: a platform with other defaults restarts no replica. */
    void scale(Workload.Service service, Deployment deployment) {
        var now = deployment.getSpec().getReplicas();
        if (now == service.replicas()) {
            return;
        }
        if (service.replicas() > now) {
            awaitGoing(service.id(), now);
        }
        var staying = staying(service.id()).stream()
                .sorted(Comparator.comparing(Sizes::isReady).reversed().thenComparing(Evidence.BY_AGE))
                .toList();
        var leaving = service.replicas() < now && staying.size() > service.replicas()
                ? staying.subList(service.replicas(), staying.size())
                : List.<Pod>of();
        var changed =
                calls.call("scale " + service.id(), () -> writes.scale(service.id(), service.replicas(), leaving));
        watches.wrote(service.id(), changed);
    }

    /**
     * Until those that were to go before are going: the ReplicaSet only sees the last number, and would keep what was told
     * to drain.
     */
    private void awaitGoing(WorkloadId id, int before) {
        var end = clock.instant().plus(SETTLING);
        while (staying(id).size() > before) {
            if (clock.instant().isAfter(end)) {
                throw new ClusterUnavailable(id + " is still being made smaller", new IllegalStateException());
            }
            LockSupport.parkNanos(SETTLING.toNanos() / 100);
        }
    }

    private List<Pod> staying(WorkloadId id) {
        return watches.pods(id).stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    private static boolean isReady(Pod pod) {
        return Replicas.condition(pod, "Ready")
                .filter(condition -> "True".equals(condition.getStatus()))
                .isPresent();
    }
}
