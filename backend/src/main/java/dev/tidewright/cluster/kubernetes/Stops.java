package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Ends batches where they are. A pod that is deleted is gone as soon as its program has ended, and with it what nobody has
 * read of its log by then. One whose time is over ends as politely and stays as it ended: its log can be read to the end at
 * leisure, also by a server that was away meanwhile.
 */
final class Stops {

    private static final String ASKED = "tidewright.dev/stop-asked-at";

    /** Beyond what a program may take: after it, its node does not do what it is told. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Watches watches;
    private final Writes writes;
    private final Calls calls;
    private final InstantSource clock;

    Stops(Watches watches, Writes writes, Calls calls, InstantSource clock) {
        this.watches = watches;
        this.writes = writes;
        this.calls = calls;
        this.clock = clock;
    }

    /** What a pod does next when its batch is to end. */
    enum Way {
        /** It is told that its time is over. */
        TOLD,
        /** It was told, or has ended by itself. */
        AWAITED,
        /** It cannot end in its place. */
        DELETED
    }

    /** Tells its pods to end. False where that would not do, and the batch has to be deleted. Repeating it is harmless. */
    boolean isEnding(WorkloadId id) {
        var now = clock.instant();
        var pods = watches.pods(id);
        var nodes = watches.nodes();
        if (pods.isEmpty()
                || (watches.owner(id).isEmpty() && !pods.stream().allMatch(Kin::isOrphan))
                || pods.stream().anyMatch(pod -> way(pod, nodes, now) == Way.DELETED)) {
            return false;
        }
        try {
            pods.stream()
                    .filter(pod -> way(pod, nodes, now) == Way.TOLD)
                    .forEach(pod -> calls.call("stop " + id, () -> writes.end(pod, now)));
            return true;
        } catch (KubernetesClientException refusal) {
            return false; // by a rule of the cluster's own
        }
    }

    /** Pure. */
    static Way way(Pod pod, List<Node> nodes, Instant now) {
        if (Ends.isOver(pod)) {
            return Way.AWAITED;
        }
        if (pod.getMetadata().getDeletionTimestamp() != null || !Ends.hasBegun(pod)) {
            return Way.DELETED;
        }
        if (Carriers.stopGrace(pod).isPresent()) {
            // Its grace is that of what brings outputs home. Only a deletion gives less, and none after its time was
            // over.
            return Way.DELETED;
        }
        var node = pod.getSpec().getNodeName();
        if (node != null && Rooms.silent(nodes).contains(node)) {
            return Way.DELETED;
        }
        return asked(pod)
                .map(asked -> now.isBefore(asked.plus(grace(pod)).plus(PATIENCE)) ? Way.AWAITED : Way.DELETED)
                .orElse(Way.TOLD);
    }

    private static Duration grace(Pod pod) {
        return Duration.ofSeconds(Objects.requireNonNullElse(pod.getSpec().getTerminationGracePeriodSeconds(), 0L));
    }

    /** When a pod was told to end; empty when nobody did, or did so by deleting it. */
    static Optional<Instant> asked(Pod pod) {
        var annotations = pod.getMetadata().getAnnotations();
        return Optional.ofNullable(annotations == null ? null : annotations.get(ASKED))
                .map(Instant::parse);
    }

    /** A patch: of what was promised to a pod, only its time may be changed, and only made shorter. */
    static String order(Instant now) {
        return "{\"metadata\":{\"annotations\":{\"" + ASKED + "\":\"" + now.truncatedTo(ChronoUnit.SECONDS)
                + "\"}},\"spec\":{\"activeDeadlineSeconds\":1}}";
    }
}
