package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.Observation.Phase;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the cluster has said, in the port's words. Pure. */
final class Observations {

    /** A pod that is still there so long after its last second has a node that cannot end it. */
    private static final Duration OVERDUE = Duration.ofMinutes(1);

    private final Duration patience;

    /** @param patience how long a batch that cannot start for a reason that waiting hardly mends is tried */
    Observations(Duration patience) {
        this.patience = patience;
    }

    /** @param kept the pod's log has been kept to its end: before that, the end of a batch is not told */
    Observation of(Evidence evidence, boolean kept, Instant now) {
        if (evidence.owner() == null && !Watches.isJob(evidence.id())) {
            return service(evidence, now).missing("the Deployment " + Labels.objectName(evidence.id()) + " is missing");
        }
        if (evidence.owner() == null && evidence.pods().isEmpty()) {
            return Observation.absent(evidence.id());
        }
        var isJob = evidence.owner() == null || evidence.owner() instanceof Job;
        return !isJob
                ? service(evidence, now)
                : evidence.pods().isEmpty()
                        ? unstarted(evidence, (Job) Objects.requireNonNull(evidence.owner()), now)
                        : batch(evidence, evidence.pods().getLast(), kept, now);
    }

    /** Something that the API server did not take. */
    static Observation refused(WorkloadId id, String message) {
        return new Observation(
                id,
                Phase.FAILED,
                Trouble.POD_REFUSED,
                "the cluster does not take it: " + message,
                List.of(),
                null,
                null);
    }

    private Observation batch(Evidence evidence, Pod pod, boolean kept, Instant now) {
        var created = Times.of(pod.getMetadata().getCreationTimestamp(), now);
        var leaving = pod.getMetadata().getDeletionTimestamp();
        var startedAt = startedAt(pod, created);
        if (leaving != null || (evidence.owner() == null && !Kin.isOrphan(pod))) {
            return isOverdue(pod, now)
                    ? ended(evidence, Ends.lost(vanished(evidence, pod), Times.of(leaving, now)), startedAt)
                    : seen(evidence, Phase.RUNNING, Trouble.NONE, ReplicaStatus.Phase.DRAINING, startedAt, created);
        }
        var looks = new Replicas(evidence, now);
        var end = kept ? Ends.of(pod, now).orElse(null) : null;
        if (end != null) {
            var why = startedAt == null && end.reason().equals("DEADLINE_EXCEEDED") ? looks.waiting(pod) : Trouble.NONE;
            return why.isStubborn()
                    ? failed(evidence, new Trouble(why.reason(), end.sentence() + ": " + why.message()), end.at())
                    : ended(evidence, end, startedAt);
        }
        if (startedAt != null) {
            return seen(evidence, Phase.RUNNING, Trouble.NONE, ReplicaStatus.Phase.READY, startedAt, startedAt);
        }
        var trouble = looks.waiting(pod);
        // Counted from when it got its node: how long it stood in the queue before is not the image's fault.
        var over = looks.scheduled(pod).orElse(created).plus(patience);
        if (trouble.isStubborn() && Replicas.isHopeless(pod)) {
            return failed(evidence, trouble, now);
        }
        return trouble.isStubborn() && !now.isBefore(over)
                ? failed(evidence, inVain(trouble), now)
                : seen(evidence, Phase.PENDING, trouble, ReplicaStatus.Phase.PENDING, null, created);
    }

    private static boolean isOverdue(Pod pod, Instant now) {
        var leaving = pod.getMetadata().getDeletionTimestamp();
        return leaving != null && now.isAfter(Times.of(leaving, now).plus(OVERDUE));
    }

    private static @Nullable Instant startedAt(Pod pod, Instant created) {
        var status = Ends.main(pod);
        if (status == null) {
            return null;
        }
        var running = status.getState().getRunning();
        var over = status.getState().getTerminated();
        return running != null
                ? Times.of(running.getStartedAt(), created)
                : over != null ? Times.of(over.getStartedAt(), created) : null;
    }

    private static String vanished(Evidence evidence, Pod pod) {
        return evidence.isSilent(pod)
                ? "its node " + pod.getSpec().getNodeName() + " does not answer any more"
                : "its pod was told to go and its node does not end it";
    }

    private Observation unstarted(Evidence evidence, Job job, Instant now) {
        var end = JobEnds.of(job, now).orElse(null);
        if (end != null) {
            return ended(evidence, end, null);
        }
        var created = Times.of(job.getMetadata().getCreationTimestamp(), now);
        var needed = Rooms.requests(job.getSpec().getTemplate().getSpec().getContainers());
        var capacity = evidence.capacity();
        var lacks = capacity.nodes().isEmpty() ? "" : capacity.lacks(needed);
        var trouble = lacks.isEmpty()
                ? evidence.refused().map(Refusals::of).orElse(Trouble.NONE)
                : new Trouble(Trouble.UNSCHEDULABLE, lacks);
        // Counted from the first refusal: how long it stood in the queue before is nobody's fault.
        return trouble.isStubborn()
                        && !now.isBefore(evidence.refusedSince(created).plus(patience))
                ? failed(evidence, inVain(trouble), now)
                : seen(evidence, Phase.PENDING, trouble, ReplicaStatus.Phase.PENDING, null, created);
    }

    private Trouble inVain(Trouble trouble) {
        var tried = patience.toMinutes() > 0 ? patience.toMinutes() + " min" : patience.toSeconds() + " s";
        return new Trouble(trouble.reason(), trouble.message() + "; this was tried for " + tried);
    }

    private static Observation ended(Evidence evidence, Ends end, @Nullable Instant startedAt) {
        var phase = end.reason().equals("COMPLETED") ? Phase.SUCCEEDED : Phase.FAILED;
        var reason = phase == Phase.SUCCEEDED ? "" : end.reason();
        return new Observation(
                evidence.id(),
                phase,
                reason,
                end.sentence(),
                List.of(only(ReplicaStatus.Phase.ENDED, new Trouble(reason, end.sentence()), end.at())),
                startedAt,
                end.exit());
    }

    /** It can never start here. */
    private static Observation failed(Evidence evidence, Trouble trouble, Instant at) {
        return seen(evidence, Phase.FAILED, trouble, ReplicaStatus.Phase.ENDED, null, at);
    }

    private static Observation seen(
            Evidence evidence,
            Phase phase,
            Trouble trouble,
            ReplicaStatus.Phase replica,
            @Nullable Instant startedAt,
            Instant since) {
        return new Observation(
                evidence.id(),
                phase,
                trouble.reason(),
                trouble.message(),
                List.of(only(replica, trouble, since)),
                startedAt,
                null);
    }

    private static ReplicaStatus only(ReplicaStatus.Phase phase, Trouble trouble, Instant since) {
        return new ReplicaStatus(ReplicaStatus.BATCH, phase, null, 0, 0, trouble.reason(), trouble.message(), since);
    }

    private static Observation service(Evidence evidence, Instant now) {
        var looks = new Replicas(evidence, now);
        // An evicted pod stays as a record, and one on a node that is gone for longer than that; others take their
        // place.
        var replicas = evidence.pods().stream()
                .filter(pod -> !Ends.isOver(pod) && !(isOverdue(pod, now) && evidence.isSilent(pod)))
                .map(looks::service)
                .toList();
        if (evidence.owner() == null && replicas.isEmpty()) {
            return Observation.absent(evidence.id());
        }
        var refused = evidence.refused().map(Refusals::of).orElse(Trouble.NONE);
        var trouble = replicas.stream()
                .filter(replica -> !replica.reason().isEmpty())
                .findFirst()
                .map(replica -> new Trouble(replica.reason(), replica.message()))
                .orElse(isShort(evidence, replicas) ? refused : Trouble.NONE);
        var waiting = !replicas.isEmpty()
                && replicas.stream().allMatch(replica -> replica.phase() == ReplicaStatus.Phase.PENDING);
        var created = evidence.owner() == null
                ? null
                : Times.of(evidence.owner().getMetadata().getCreationTimestamp(), now);
        return new Observation(
                evidence.id(),
                waiting ? Phase.PENDING : Phase.RUNNING,
                trouble.reason(),
                trouble.message(),
                replicas,
                created,
                null);
    }

    private static boolean isShort(Evidence evidence, List<ReplicaStatus> replicas) {
        var staying = replicas.stream()
                .filter(replica -> replica.phase() != ReplicaStatus.Phase.DRAINING)
                .count();
        return evidence.owner() instanceof Deployment deployment
                && staying < deployment.getSpec().getReplicas();
    }
}
