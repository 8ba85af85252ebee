package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.LogSlice;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the log of every pod of ours kept: pods and nodes go, what a program said stays. Each server has a follower for each
 * pod; the one that takes a pod's log from {@link KeptLogs} follows it, the others wait until it is over or its server dies.
 */
final class LogKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogKeeper.class);
    private static final int BETWEEN_SECONDS = 2;

    private final KubernetesClient client;
    private final KeptLogs logs;
    private final InstantSource clock;
    private final Consumer<WorkloadId> changed;
    private final Map<String, LogFollower> followers = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("kubernetes-logs").factory());
    private volatile boolean closed;

    LogKeeper(KubernetesClient client, KeptLogs logs, InstantSource clock, Consumer<WorkloadId> changed) {
        this.client = client;
        this.logs = logs;
        this.clock = clock;
        this.changed = changed;
    }

    void start() {
        var _ = timer.scheduleWithFixedDelay(this::beat, 0, BETWEEN_SECONDS, TimeUnit.SECONDS);
    }

    private void beat() {
        try {
            logs.beat();
            var waiting = followers.entrySet().stream()
                    .filter(follower -> follower.getValue().isWaiting())
                    .map(Map.Entry::getKey)
                    .collect(Collectors.toSet());
            if (!waiting.isEmpty()) {
                logs.idle(waiting)
                        .forEach(pod -> Optional.ofNullable(followers.get(pod)).ifPresent(LogFollower::look));
            }
        } catch (RuntimeException away) {
            LOG.debug("the database does not answer; the logs go on when it does", away);
        }
    }

    /** Called at every change of a pod. */
    void seen(WorkloadId id, Pod pod) {
        if (closed || !Ends.hasBegun(pod)) {
            return;
        }
        var follower = followers.computeIfAbsent(pod.getMetadata().getUid(), uid -> started(id, pod));
        follower.seen(pod);
    }

    private LogFollower started(WorkloadId id, Pod pod) {
        var replica = replica(id, pod);
        var follower =
                new LogFollower(client, logs, clock, new LogFollower.Of(id, replica), pod, () -> changed.accept(id));
        Thread.ofVirtual().name("log-" + pod.getMetadata().getName()).start(() -> {
            follower.run();
            changed.accept(id);
        });
        return follower;
    }

    /** Whether all that a pod will ever say has been kept, or cannot be. */
    boolean hasAll(Pod pod) {
        return knowsAll(pod)
                || (Ends.isOver(pod) && logs.isOver(pod.getMetadata().getUid()));
    }

    /** Whether a log of this pod was kept as one of this workload, by whichever server. */
    boolean isOf(WorkloadId id, Pod pod) {
        return logs.isOf(id, pod.getMetadata().getUid());
    }

    /** Whether this server knows that, without asking. */
    boolean knowsAll(Pod pod) {
        var follower = followers.get(pod.getMetadata().getUid());
        return !Ends.hasBegun(pod) || (follower != null && follower.hasEnded());
    }

    /** A pod is gone for good. */
    void gone(Pod pod) {
        var follower = followers.remove(pod.getMetadata().getUid());
        if (follower != null) {
            follower.stop();
        }
    }

    LogSlice read(WorkloadId id, String replica, long position, int maxBytes) {
        return logs.read(id, replica, position, maxBytes, isFollowed(id, replica));
    }

    /** By this server or by another. */
    private boolean isFollowed(WorkloadId id, String replica) {
        var of = new LogFollower.Of(id, replica);
        return followers.values().stream().anyMatch(follower -> follower.isOf(of) && !follower.hasEnded());
    }

    void forget(WorkloadId id) {
        logs.forget(id);
    }

    private static String replica(WorkloadId id, Pod pod) {
        return Watches.isJob(id) ? ReplicaStatus.BATCH : pod.getMetadata().getName();
    }

    @Override
    public void close() {
        closed = true;
        timer.shutdownNow();
        followers.values().forEach(LogFollower::stop);
        try {
            logs.leave();
        } catch (RuntimeException away) {
            LOG.debug("the other servers will find out by themselves", away);
        }
    }
}
