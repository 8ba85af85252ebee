package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.DrainGate;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends replicas that were told to go as soon as nothing is in flight to them. Without it they go at their drain deadline,
 * which their own {@code preStop} keeps: nothing depends on this process being there.
 */
final class Drains implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Drains.class);
    private static final Duration BETWEEN = Duration.ofMillis(250);

    /** The least that lets Kubernetes ask politely first. */
    private static final long GRACE_SECONDS = 1;

    private final Watches watches;
    private final Writes writes;
    private final Calls calls;
    private final Supplier<List<DrainGate>> gates;
    private final Set<String> hastened = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("kubernetes-drains").factory());

    Drains(Watches watches, Writes writes, Calls calls, Supplier<List<DrainGate>> gates) {
        this.watches = watches;
        this.writes = writes;
        this.calls = calls;
        this.gates = gates;
    }

    void start() {
        var _ = clock.scheduleWithFixedDelay(this::look, BETWEEN.toMillis(), BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            var leaving = watches.pods().stream().filter(Drains::isDraining).toList();
            hastened.retainAll(leaving.stream().map(Drains::uid).collect(Collectors.toSet()));
            if (leaving.isEmpty()) {
                return;
            }
            var asked = gates.get();
            for (var pod : leaving) {
                var address = pod.getStatus().getPodIP();
                var drained =
                        address == null || asked.stream().allMatch(gate -> gate.isDrained(address, Manifests.PORT));
                if (drained && hastened.add(uid(pod))) {
                    calls.call("end a drained replica", () -> writes.hasten(pod, GRACE_SECONDS));
                }
            }
        } catch (ClusterUnavailable | KubernetesClientException later) {
            LOG.debug("drained replicas go at their deadline", later);
        } catch (RuntimeException e) {
            LOG.warn("drained replicas go at their deadline", e);
        }
    }

    private static boolean isDraining(Pod pod) {
        var metadata = pod.getMetadata();
        var grace = metadata.getDeletionGracePeriodSeconds();
        return metadata.getDeletionTimestamp() != null
                && "revision".equals(metadata.getLabels().get(Labels.KIND))
                && grace != null
                && grace > GRACE_SECONDS;
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
