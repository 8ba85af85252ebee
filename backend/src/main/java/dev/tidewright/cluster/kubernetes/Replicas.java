package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.kernel.Text;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One pod in the port's words. Pure. */
final class Replicas {

    /** Longer than this an image is pulled only if it is large. */
    private static final Duration SLOW = Duration.ofMinutes(2);

    /** The cluster's controller needs milliseconds. */
    private static final Duration LISTED_WITHIN = Duration.ofSeconds(10);

    private static final int SENTENCE = 500;
    private static final Set<String> PULLING =
            Set.of("ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError");
    private static final Set<String> MISCONFIGURED =
            Set.of("CreateContainerConfigError", "CreateContainerError", "RunContainerError");

    private final Evidence evidence;
    private final Instant now;

    Replicas(Evidence evidence, Instant now) {
        this.evidence = evidence;
        this.now = now;
    }

    ReplicaStatus service(Pod pod) {
        var status = Ends.main(pod);
        var created = Times.of(pod.getMetadata().getCreationTimestamp(), now);
        if (pod.getMetadata().getDeletionTimestamp() != null) {
            var until = Times.of(pod.getMetadata().getDeletionTimestamp(), now);
            var grace = pod.getMetadata().getDeletionGracePeriodSeconds();
            return is(pod, ReplicaStatus.Phase.DRAINING, Trouble.NONE, until.minusSeconds(grace == null ? 0 : grace));
        }
        return status == null || status.getState().getRunning() == null
                ? notRunning(pod, status, created)
                : running(pod, status, Times.of(status.getState().getRunning().getStartedAt(), created));
    }

    private ReplicaStatus running(Pod pod, ContainerStatus status, Instant started) {
        var ready = condition(pod, "Ready");
        var since =
                ready.map(one -> Times.of(one.getLastTransitionTime(), started)).orElse(started);
        if (isReady(pod)) {
            return evidence.isListed(pod)
                    ? is(pod, ReplicaStatus.Phase.READY, Trouble.NONE, since)
                    : is(pod, ReplicaStatus.Phase.STARTING, unlisted(since), since);
        }
        // Its node still holds the container for ready: not the node has said otherwise, but the control plane, which
        // had
        // not heard of it for a while, and does not take that back before the node has spoken again.
        if (evidence.isSilent(pod) || Boolean.TRUE.equals(status.getReady())) {
            return is(pod, ReplicaStatus.Phase.UNREADY, silent(pod), since);
        }
        var unready = Probes.sentence(
                pod, evidence.said(pod, "Unhealthy", started, any -> true).orElse(""));
        if (since.isAfter(started)) {
            var sentence = unready.isEmpty() ? "its readiness check fails" : unready;
            return is(pod, ReplicaStatus.Phase.UNREADY, new Trouble("READINESS_FAILED", sentence), since);
        }
        var last = status.getLastState() == null ? null : status.getLastState().getTerminated();
        var trouble = last == null ? new Trouble("", unready) : crash(pod, last, status.getRestartCount());
        return is(pod, ReplicaStatus.Phase.STARTING, trouble, started);
    }

    private ReplicaStatus notRunning(Pod pod, @Nullable ContainerStatus status, Instant created) {
        var ended = status == null ? null : status.getState().getTerminated();
        var last = status == null || status.getLastState() == null
                ? null
                : status.getLastState().getTerminated();
        var end = ended != null ? ended : last;
        if (status != null && end != null) {
            return is(
                    pod,
                    ReplicaStatus.Phase.CRASHED,
                    crash(pod, end, status.getRestartCount()),
                    Times.of(end.getFinishedAt(), created));
        }
        var trouble = waiting(pod);
        // A large image is no fault of the replica.
        var told = trouble.reason().equals(Trouble.IMAGE_SLOW) ? new Trouble("", trouble.message()) : trouble;
        var given = scheduled(pod).isPresent();
        return is(pod, given ? ReplicaStatus.Phase.STARTING : ReplicaStatus.Phase.PENDING, told, created);
    }

    /** Why a pod that has not run yet does not run. */
    Trouble waiting(Pod pod) {
        var given = scheduled(pod).orElse(null);
        if (given == null) {
            return Scheduling.of(
                    pod, condition(pod, "PodScheduled").orElse(null), evidence.capacity(), evidence.nodes());
        }
        if (evidence.isSilent(pod)) {
            return silent(pod);
        }
        var status = Ends.main(pod);
        var waiting = status == null ? null : status.getState().getWaiting();
        var reason = waiting == null ? "" : String.valueOf(waiting.getReason());
        var said = waiting == null ? null : waiting.getMessage();
        if (PULLING.contains(reason)) {
            return new Trouble(
                    Trouble.IMAGE_PULL,
                    Pulls.sentence(image(pod), pulled(pod, String.valueOf(said))) + missing(pod, given));
        }
        return MISCONFIGURED.contains(reason)
                ? new Trouble(Trouble.CONTAINER_CONFIG, unmade(String.valueOf(said)))
                : slow(pod, given);
    }

    /** Of a secret that is not there the kubelet only warns: the pull fails as if none had been named. */
    private String missing(Pod pod, Instant since) {
        return evidence.said(pod, "FailedToRetrieveImagePullSecret", since, any -> true)
                .map(Pulls::missingSecret)
                .orElse("");
    }

    /** When a pod was given its node; empty before. */
    Optional<Instant> scheduled(Pod pod) {
        return condition(pod, "PodScheduled")
                .filter(condition -> "True".equals(condition.getStatus()))
                .map(condition -> Times.of(
                        condition.getLastTransitionTime(),
                        Times.of(pod.getMetadata().getCreationTimestamp(), now)));
    }

    /** Whether no other try can help. */
    static boolean isHopeless(Pod pod) {
        var status = Ends.main(pod);
        var waiting = status == null ? null : status.getState().getWaiting();
        return waiting != null && "InvalidImageName".equals(waiting.getReason());
    }

    static String unmade(String told) {
        var telling = told.replaceFirst(
                "^(?:rpc error: code = \\w+ desc = )?(?:failed to \\w+ [^:\"]*: )*(?:OCI runtime create failed: )?",
                "");
        return "its container cannot be made: " + Text.shortened(telling, SENTENCE);
    }

    /** Its image is all that is missing once a pod has its network and its volumes. */
    private Trouble slow(Pod pod, Instant given) {
        var prepared = condition(pod, "PodReadyToStartContainers")
                .filter(condition -> "True".equals(condition.getStatus()))
                .map(condition -> Times.of(condition.getLastTransitionTime(), given))
                .orElse(null);
        if (prepared != null) {
            var lasts = Duration.between(prepared, now);
            return lasts.compareTo(SLOW) <= 0
                    ? Trouble.NONE
                    : new Trouble(
                            Trouble.IMAGE_SLOW,
                            "the image " + image(pod) + " is still being pulled, for " + lasts.toMinutes()
                                    + " min by now");
        }
        return evidence.said(pod, "FailedMount", given, any -> true)
                .or(() -> evidence.said(pod, "FailedCreatePodSandBox", given, any -> true))
                .map(told -> new Trouble(Trouble.CONTAINER_CONFIG, unmade(told)))
                .orElse(Trouble.NONE);
    }

    private static Trouble silent(Pod pod) {
        return new Trouble(Trouble.LOST, "its node " + pod.getSpec().getNodeName() + " does not answer");
    }

    private static String image(Pod pod) {
        return pod.getSpec().getContainers().getFirst().getImage();
    }

    /** Of a back-off older clusters do not say the cause; the events do. */
    private String pulled(Pod pod, String waiting) {
        return waiting.startsWith("Back-off") && !waiting.contains(": ")
                ? evidence.said(pod, "Failed", Instant.EPOCH, message -> message.startsWith("Failed to pull"))
                        .orElse(waiting)
                : waiting;
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

    /** That takes a moment; only where it lasts is there something to tell. */
    private Trouble unlisted(Instant since) {
        return now.isBefore(since.plus(LISTED_WITHIN))
                ? Trouble.NONE
                : new Trouble(
                        Trouble.NOT_LISTED,
                        "it is ready, and the cluster has not listed its address in an EndpointSlice");
    }

    /** Whether it answers, by its node's word. */
    static boolean isReady(Pod pod) {
        return condition(pod, "Ready")
                .map(PodCondition::getStatus)
                .filter("True"::equals)
                .isPresent();
    }

    static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .filter(condition -> type.equals(condition.getType()))
                .findFirst();
    }

    private static ReplicaStatus is(Pod pod, ReplicaStatus.Phase phase, Trouble trouble, Instant since) {
        var address = pod.getStatus().getPodIP();
        var status = Ends.main(pod);
        return new ReplicaStatus(
                pod.getMetadata().getName(),
                phase,
                address,
                address == null ? 0 : Manifests.PORT,
                status == null ? 0 : status.getRestartCount(),
                trouble.reason(),
                trouble.message(),
                since);
    }
}
