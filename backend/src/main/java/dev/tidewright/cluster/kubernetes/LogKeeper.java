package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.LogFiles;
import dev.tidewright.cluster.LogSlice;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Follows the log of every pod of ours and keeps it: pods and nodes go, what a program said stays. */
final class LogKeeper implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LogKeeper.class);

    private final KubernetesClient client;
    private final Path folder;
    private final InstantSource clock;
    private final Consumer<WorkloadId> changed;
    private final Map<String, LogFollower> followers = new ConcurrentHashMap<>();

    /** Whose logs go as soon as nobody writes to them any more. */
    private final Set<WorkloadId> forgotten = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    LogKeeper(KubernetesClient client, Path folder, InstantSource clock, Consumer<WorkloadId> changed) {
        this.client = client;
        this.folder = folder;
        this.clock = clock;
        this.changed = changed;
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
        forgotten.remove(id);
        var follower = new LogFollower(client, clock, pod, folder(id, replica(id, pod)), () -> changed.accept(id));
        Thread.ofVirtual().name("log-" + pod.getMetadata().getName()).start(() -> {
            try {
                follower.run();
            } catch (IOException | RuntimeException e) {
                if (!follower.isStopped()) {
                    LOG.warn("the log of {} is not kept: {}", pod.getMetadata().getName(), e.toString());
                }
            } finally {
                follower.ended();
                changed.accept(id);
            }
        });
        return follower;
    }

    /** Whether all that a pod will ever say has been kept, or cannot be. */
    boolean hasAll(Pod pod) {
        var follower = followers.get(pod.getMetadata().getUid());
        return follower == null ? !Ends.hasBegun(pod) : follower.hasEnded();
    }

    /** A pod is gone for good. */
    void gone(WorkloadId id, Pod pod) {
        var follower = followers.remove(pod.getMetadata().getUid());
        if (follower != null) {
            follower.stop();
        }
        if (forgotten.contains(id)) {
            ReplicaLog.delete(folder(id));
        }
    }

    LogSlice read(WorkloadId id, String replica, long position, int maxBytes) {
        var of = folder(id, replica);
        try {
            // Before the text: what is written between the two is not called the end.
            var whole = ReplicaLog.cursor(of).whole();
            return new LogFiles(of).read(position, maxBytes, whole || !isFollowed(of));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Somebody still writes to it. */
    private boolean isFollowed(Path of) {
        return followers.values().stream().anyMatch(follower -> follower.writesTo(of) && !follower.hasEnded());
    }

    void forget(WorkloadId id) {
        forgotten.add(id);
        var of = folder(id);
        followers.values().stream().filter(follower -> follower.writesTo(of)).forEach(LogFollower::stop);
        ReplicaLog.delete(of);
    }

    private static String replica(WorkloadId id, Pod pod) {
        return Watches.isJob(id) ? ReplicaStatus.BATCH : pod.getMetadata().getName();
    }

    private Path folder(WorkloadId id) {
        return folder.resolve(id.namespace().value()).resolve(id.kind()).resolve(id.name());
    }

    private Path folder(WorkloadId id, String replica) {
        return folder(id).resolve(replica);
    }

    @Override
    public void close() {
        closed = true;
        followers.values().forEach(LogFollower::stop);
    }
}
