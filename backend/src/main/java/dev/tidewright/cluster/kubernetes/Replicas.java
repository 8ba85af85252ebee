package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.ReplicaStatus;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One pod in the port's words. Pure. */
final class Replicas {

    private static final Set<String> PULLING =
            Set.of("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull");
    private static final Set<String> MISCONFIGURED =
            Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");
    private static final Pattern STATUS = Pattern.compile("statuscode: (\\d{3})");

    private final Evidence evidence;
    private final Instant now;

    Replicas(Evidence evidence, Instant now) {
        this.evidence = evidence;
        this.now = now;
    }

    /** Why something is where it is. */
    record Trouble(String reason, String message) {
        static final Trouble NONE = new Trouble("", "");
    }

    ReplicaStatus service(Pod pod) {
        var status = Ends.main(pod);
        var restarts = status == null ? 0 : status.getRestartCount();
        var created = Times.of(pod.getMetadata().getCreationTimestamp(), now);
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            var until = Times.of(pod.getMetadata().getDeletionTimestamp(), now);
            var grace = pod.getMetadata().getDeletionGracePeriodSeconds();
            return is(
                    pod,
                    ReplicaStatus.Phase.DRAINING,
                    restarts,
                    Trouble.NONE,
                    until.minusSeconds(grace == null ? 0 : grace));
        }
        if (status == null || status.getState().getRunning() == null) {
            return notRunning(pod, status, restarts, created);
        }
        var started = Times.of(status.getState().getRunning().getStartedAt(), created);
        var ready = condition(pod, "Ready");
        var since = ready.map(PodCondition::getLastTransitionTime)
                .map(Instant::parse)
                .orElse(started);
        if (ready.map(PodCondition::getStatus).filter("True"::equals).isPresent()) {
            return is(pod, ReplicaStatus.Phase.READY, restarts, Trouble.NONE, since);
        }
        if (since.isAfter(started)) {
            return is(pod, ReplicaStatus.Phase.UNREADY, restarts, new Trouble("READINESS_FAILED", unready(pod)), since);
        }
        var last = status.getLastState() == null ? null : status.getLastState().getTerminated();
        return last == null
                ? is(pod, ReplicaStatus.Phase.STARTING, restarts, new Trouble("", unready(pod)), started)
                : is(pod, ReplicaStatus.Phase.STARTING, restarts, crash(pod, last, restarts), started);
    }

    private ReplicaStatus notRunning(Pod pod, @Nullable ContainerStatus status, int restarts, Instant created) {
        var ended = status == null ? null : status.getState().getTerminated();
        var last = status == null || status.getLastState() == null
                ? null
                : status.getLastState().getTerminated();
        var end = ended != null ? ended : last;
        if (end != null) {
            return is(
                    pod,
                    ReplicaStatus.Phase.CRASHED,
                    restarts,
                    crash(pod, end, restarts),
                    Times.of(end.getFinishedAt(), created));
        }
        var trouble = waiting(pod);
        var scheduled = condition(pod, "PodScheduled")
                .map(PodCondition::getStatus)
                .filter("True"::equals)
                .isPresent();
        return is(
                pod,
                scheduled ? ReplicaStatus.Phase.STARTING : ReplicaStatus.Phase.PENDING,
                restarts,
                trouble,
                created);
    }

    /** Why a pod that has not run yet does not run. */
    Trouble waiting(Pod pod) {
        var scheduled = condition(pod, "PodScheduled").orElse(null);
        if (scheduled == null || !"True".equals(scheduled.getStatus())) {
            return unscheduled(pod, scheduled);
        }
        var status = Ends.main(pod);
        var waiting = status == null ? null : status.getState().getWaiting();
        if (waiting == null) {
            return Trouble.NONE;
        }
        var reason = String.valueOf(waiting.getReason());
        if (PULLING.contains(reason)) {
            return new Trouble(
                    "IMAGE_PULL",
                    "the image " + image(pod) + " cannot be pulled: " + pulled(pod, waiting.getMessage()));
        }
        if (MISCONFIGURED.contains(reason)) {
            return new Trouble("CONTAINER_CONFIG", "its container cannot be made: " + waiting.getMessage());
        }
        return Trouble.NONE;
    }

    private Trouble unscheduled(Pod pod, @Nullable PodCondition scheduled) {
        var needed = Rooms.requests(pod);
        var lacks =
                evidence.capacity().nodes().isEmpty() ? "" : evidence.capacity().lacks(needed);
        if (!lacks.isEmpty()) {
            return new Trouble("UNSCHEDULABLE", lacks);
        }
        if (scheduled == null || !"Unschedulable".equals(scheduled.getReason())) {
            return Trouble.NONE; // nobody has looked for a node yet
        }
        var said = String.valueOf(scheduled.getMessage());
        return said.contains("Insufficient")
                ? new Trouble("NO_CAPACITY", Rooms.full(needed, evidence.capacity()))
                : new Trouble("UNSCHEDULABLE", "no node takes it: " + said);
    }

    private static String image(Pod pod) {
        return pod.getSpec().getContainers().getFirst().getImage();
    }

    /** A back-off says nothing of its cause; the events do. */
    private String pulled(Pod pod, @Nullable String waiting) {
        return evidence.said("Pod", pod.getMetadata().getName(), "Failed")
                .filter(message -> message.startsWith("Failed to pull"))
                .orElse(String.valueOf(waiting));
    }

    private String unready(Pod pod) {
        var said =
                evidence.said("Pod", pod.getMetadata().getName(), "Unhealthy").orElse("");
        var probe = pod.getSpec().getContainers().getFirst().getReadinessProbe();
        var path = probe == null || probe.getHttpGet() == null
                ? ""
                : probe.getHttpGet().getPath();
        var status = STATUS.matcher(said);
        if (status.find()) {
            return "GET " + path + " answers " + status.group(1) + " instead of 2xx";
        }
        if (said.isEmpty()) {
            return "";
        }
        return (path.isEmpty() ? "port " + Manifests.PORT : "GET " + path) + " does not answer: "
                + said.substring(said.indexOf("failed: ") + "failed: ".length());
    }

    private Trouble crash(Pod pod, ContainerStateTerminated end, int restarts) {
        var seen = Ends.of(end, pod, now);
        var sentence = seen.sentence().isEmpty() ? "ended with exit code 0" : seen.sentence();
        // A known cause says more than that it repeats.
        var repeats = restarts >= 2
                && (seen.reason().equals("EXIT_CODE") || seen.reason().equals("COMPLETED"));
        var reason = repeats ? "CRASH_LOOP" : seen.reason().equals("COMPLETED") ? "" : seen.reason();
        return new Trouble(reason, sentence);
    }

    static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .filter(condition -> type.equals(condition.getType()))
                .findFirst();
    }

    private static ReplicaStatus is(Pod pod, ReplicaStatus.Phase phase, int restarts, Trouble trouble, Instant since) {
        var address = pod.getStatus().getPodIP();
        return new ReplicaStatus(
                pod.getMetadata().getName(),
                phase,
                address,
                address == null ? 0 : Manifests.PORT,
                restarts,
                trouble.reason(),
                trouble.message(),
                since);
    }
}
