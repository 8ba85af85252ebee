package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Exit;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.Observation.Phase;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the cluster has said, in the port's words. Pure. */
final class Observations {

    private Observations() {}

    /** @param kept the pod's log has been kept to its end: before that, the end of a batch is not told */
    static Observation of(Evidence evidence, boolean kept, Instant now) {
        if (evidence.owner() == null && evidence.pods().isEmpty()) {
            return Observation.absent(evidence.id());
        }
        var isJob = evidence.owner() == null ? evidence.id().kind().equals("job") : evidence.owner() instanceof Job;
        return isJob ? batch(evidence, kept, now) : service(evidence, now);
    }

    /** Something that the API server did not take. */
    static Observation refused(WorkloadId id, String message) {
        return new Observation(
                id, Phase.FAILED, "REFUSED", "the cluster does not take it: " + message, List.of(), null, null);
    }

    private static Observation batch(Evidence evidence, boolean kept, Instant now) {
        var job = (Job) evidence.owner();
        var looks = new Replicas(evidence, now);
        if (evidence.pods().isEmpty()) {
            return unstarted(evidence, Objects.requireNonNull(job), now);
        }
        var pod = evidence.pods().getLast();
        var created = Times.of(pod.getMetadata().getCreationTimestamp(), now);
        var status = Ends.main(pod);
        var running = status == null ? null : status.getState().getRunning();
        var over = status == null ? null : status.getState().getTerminated();
        var startedAt = running != null
                ? Times.of(running.getStartedAt(), created)
                : over != null ? Times.of(over.getStartedAt(), created) : null;
        if (job == null || pod.getMetadata().getDeletionTimestamp() != null) {
            return seen(
                    evidence,
                    Phase.RUNNING,
                    Replicas.Trouble.NONE,
                    ReplicaStatus.Phase.DRAINING,
                    startedAt,
                    created,
                    null);
        }
        var end = kept ? Ends.of(pod, now).orElse(null) : null;
        if (end != null) {
            var phase = end.reason().equals("COMPLETED") ? Phase.SUCCEEDED : Phase.FAILED;
            var trouble = new Replicas.Trouble(phase == Phase.SUCCEEDED ? "" : end.reason(), end.sentence());
            return seen(evidence, phase, trouble, ReplicaStatus.Phase.ENDED, startedAt, end.at(), end.exit());
        }
        if (startedAt != null) {
            return seen(
                    evidence,
                    Phase.RUNNING,
                    Replicas.Trouble.NONE,
                    ReplicaStatus.Phase.READY,
                    startedAt,
                    startedAt,
                    null);
        }
        return seen(evidence, Phase.PENDING, looks.waiting(pod), ReplicaStatus.Phase.PENDING, null, created, null);
    }

    private static Observation unstarted(Evidence evidence, Job job, Instant now) {
        var created = Times.of(job.getMetadata().getCreationTimestamp(), now);
        var failed = job.getStatus() == null ? null : failure(job);
        if (failed != null) {
            var at = Times.of(failed.getLastTransitionTime(), now);
            var trouble = new Replicas.Trouble("LOST", "its pod is gone and nobody saw how it ended");
            return seen(
                    evidence,
                    Phase.FAILED,
                    trouble,
                    ReplicaStatus.Phase.ENDED,
                    null,
                    at,
                    new Exit(-1, "LOST", "", 0, at));
        }
        var needed = Rooms.requests(job.getSpec().getTemplate().getSpec().getContainers());
        var lacks =
                evidence.capacity().nodes().isEmpty() ? "" : evidence.capacity().lacks(needed);
        var trouble = lacks.isEmpty()
                ? evidence.refused().map(Observations::refused).orElse(Replicas.Trouble.NONE)
                : new Replicas.Trouble("UNSCHEDULABLE", lacks);
        return seen(evidence, Phase.PENDING, trouble, ReplicaStatus.Phase.PENDING, null, created, null);
    }

    private static @Nullable JobCondition failure(Job job) {
        return job.getStatus().getConditions().stream()
                .filter(condition -> "Failed".equals(condition.getType()) && "True".equals(condition.getStatus()))
                .findFirst()
                .orElse(null);
    }

    /** The API server's own words name quota, limit and policy; there are no better ones. */
    private static Replicas.Trouble refused(String message) {
        var reason = message.contains("exceeded quota") ? "QUOTA" : "POD_REFUSED";
        return new Replicas.Trouble(reason, "the cluster refuses its pods: " + message);
    }

    private static Observation seen(
            Evidence evidence,
            Phase phase,
            Replicas.Trouble trouble,
            ReplicaStatus.Phase replica,
            @Nullable Instant startedAt,
            Instant since,
            @Nullable Exit exit) {
        var only =
                new ReplicaStatus(ReplicaStatus.BATCH, replica, null, 0, 0, trouble.reason(), trouble.message(), since);
        return new Observation(
                evidence.id(), phase, trouble.reason(), trouble.message(), List.of(only), startedAt, exit);
    }

    private static Observation service(Evidence evidence, Instant now) {
        var looks = new Replicas(evidence, now);
        var replicas = evidence.pods().stream()
                .filter(pod -> !isOver(pod))
                .map(looks::service)
                .toList();
        var refused = evidence.refused().map(Observations::refused).orElse(Replicas.Trouble.NONE);
        var trouble = replicas.stream()
                .filter(replica -> !replica.reason().isEmpty())
                .findFirst()
                .map(replica -> new Replicas.Trouble(replica.reason(), replica.message()))
                .orElse(isShort(evidence, replicas) ? refused : Replicas.Trouble.NONE);
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

    /** An evicted pod stays as a record; another has taken its place. */
    private static boolean isOver(Pod pod) {
        return "Failed".equals(pod.getStatus().getPhase())
                || "Succeeded".equals(pod.getStatus().getPhase());
    }
}
