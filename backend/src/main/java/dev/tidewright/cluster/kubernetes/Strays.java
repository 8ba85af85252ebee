package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives pods of ours the marks again that somebody took away, soon enough that nothing was missed of them: a replica that its
 * ReplicaSet has let go is taken back, and goes where another took its place.
 */
final class Strays implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Strays.class);
    private static final Duration BETWEEN = Duration.ofMillis(500);

    /** Who takes them away again and again is not raced with: each time it waits twice as long, up to this. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** Longer than pods and what made them are heard of one after the other. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final Watches watches;
    private final Writes writes;
    private final Calls calls;
    private final InstantSource clock;
    private final Map<String, Marked> marked = new ConcurrentHashMap<>();
    private final Map<WorkloadId, Instant> missing = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("kubernetes-strays").factory());

    private record Marked(Instant at, Duration pause) {

        boolean isFresh(Instant now) {
            return at.plus(pause).isAfter(now);
        }

        static Marked again(@Nullable Marked before, Instant now) {
            var pause = before == null ? BETWEEN : before.pause().multipliedBy(2);
            return new Marked(now, pause.compareTo(LONGEST) > 0 ? LONGEST : pause);
        }
    }

    Strays(Watches watches, Writes writes, Calls calls, InstantSource clock) {
        this.watches = watches;
        this.writes = writes;
        this.calls = calls;
        this.clock = clock;
    }

    void start() {
        var _ = timer.scheduleWithFixedDelay(this::look, BETWEEN.toMillis(), BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        var now = clock.instant();
        marked.values().removeIf(last -> last.at().plus(LONGEST.multipliedBy(2)).isBefore(now));
        for (var pod : watches.kin().strays()) {
            var last = marked.get(pod.getMetadata().getUid());
            if (last != null && last.isFresh(now)) {
                continue;
            }
            try {
                look(pod, now);
            } catch (ClusterUnavailable | KubernetesClientException later) {
                LOG.debug("a pod without marks is marked later", later);
            } catch (RuntimeException e) {
                LOG.warn("a pod without marks is marked later", e);
            }
        }
    }

    private void look(Pod pod, Instant now) {
        var kin = watches.kin();
        var id = kin.known(pod).orElse(null);
        var live = calls.call("look for a pod of " + id, () -> writes.pod(pod));
        if (id == null || live.isEmpty()) {
            watches.gone(pod);
        } else if (!kin.isMarked(id, live.get())) {
            marked.compute(pod.getMetadata().getUid(), (uid, last) -> Marked.again(last, now));
            calls.call("mark a pod of " + id, () -> writes.mark(id, live.get()));
        }
    }

    /**
     * Looks for pods that lost the labels by which they are watched while nobody watched: what made them says that there are
     * more than are seen. Asks only where that lasts.
     */
    void search(WorkloadId id, HasMetadata owner) {
        var now = clock.instant();
        if (counted(owner) <= seen(id)) {
            missing.remove(id);
        } else if (missing.computeIfAbsent(id, key -> now).plus(PATIENCE).isBefore(now)) {
            missing.put(id, now);
            calls.call("look for pods of " + id, () -> writes.pods(owner)).stream()
                    .filter(pod -> Belonging.isMadeBy(pod, owner))
                    .forEach(pod -> watches.found(id, pod));
        }
    }

    void forget(WorkloadId id) {
        missing.remove(id);
    }

    private static int counted(HasMetadata owner) {
        return switch (owner) {
            case Job job
            when job.getStatus() != null ->
                Objects.requireNonNullElse(job.getStatus().getActive(), 0);
            case Deployment deployment
            when deployment.getStatus() != null ->
                Objects.requireNonNullElse(deployment.getStatus().getReplicas(), 0);
            default -> 0;
        };
    }

    private long seen(WorkloadId id) {
        return watches.pods(id).stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null && !Ends.isOver(pod))
                .count();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
