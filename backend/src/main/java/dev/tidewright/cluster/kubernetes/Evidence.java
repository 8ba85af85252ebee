package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentCondition;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster has said of a workload.
 *
 * @param owner its Job or Deployment; null when that is gone
 * @param pods eldest first
 * @param warnings of the Job and of the pods
 * @param capacity with what is free only where something waits
 * @param nodes as they are now
 * @param unlisted uids of the pods whose address the cluster has not listed yet
 */
record Evidence(
        WorkloadId id,
        @Nullable HasMetadata owner,
        List<Pod> pods,
        List<Event> warnings,
        Capacity capacity,
        List<Node> nodes,
        Set<String> unlisted) {

    /** Names of pods of one second tell nothing, but they tell the same at every look. */
    static final Comparator<Pod> BY_AGE = Comparator.<Pod, String>comparing(
                    pod -> pod.getMetadata().getCreationTimestamp())
            .thenComparing(pod -> pod.getMetadata().getName());

    /** Times are whole seconds; what was written last counts. */
    private static final Comparator<Event> LATEST = Comparator.<Event, Instant>comparing(Times::of)
            .thenComparingLong(event -> Long.parseLong(event.getMetadata().getResourceVersion()));

    Evidence {
        pods = pods.stream().sorted(BY_AGE).toList();
        warnings = List.copyOf(warnings);
        nodes = List.copyOf(nodes);
        unlisted = Set.copyOf(unlisted);
    }

    /** What was said last of a pod for this reason, and not before a time: an older word is of another container. */
    Optional<String> said(Pod pod, String reason, Instant since, Predicate<String> telling) {
        return last(event -> isAbout(event, "Pod", pod)
                && reason.equals(event.getReason())
                && !Times.of(event).isBefore(since)
                && telling.test(String.valueOf(event.getMessage())));
    }

    /**
     * Why no pod can be made. A Deployment knows it as long as it is so; of a Job only events tell, which may be about
     * another of its name.
     */
    Optional<String> refused() {
        if (owner instanceof Deployment deployment) {
            return deployment.getStatus() == null
                    ? Optional.empty()
                    : deployment.getStatus().getConditions().stream()
                            .filter(condition -> "ReplicaFailure".equals(condition.getType())
                                    && "True".equals(condition.getStatus()))
                            .findFirst()
                            .map(DeploymentCondition::getMessage);
        }
        return last(this::isRefusal);
    }

    /** Since when no pod of a Job can be made. */
    Instant refusedSince(Instant otherwise) {
        return warnings.stream()
                .filter(this::isRefusal)
                .filter(event -> Refusals.of(event.getMessage()).isStubborn())
                .map(event -> Times.of(event.getFirstTimestamp(), Times.of(event)))
                .min(Comparator.naturalOrder())
                .orElse(otherwise);
    }

    private boolean isRefusal(Event event) {
        return owner != null && isAbout(event, "Job", owner) && "FailedCreate".equals(event.getReason());
    }

    boolean isListed(Pod pod) {
        return !unlisted.contains(pod.getMetadata().getUid());
    }

    /** Whether the node that a pod was given does not answer. */
    boolean isSilent(Pod pod) {
        var node = pod.getSpec().getNodeName();
        return node != null && Rooms.silent(nodes).contains(node);
    }

    private Optional<String> last(Predicate<Event> wanted) {
        return warnings.stream().filter(wanted).max(LATEST).map(Event::getMessage);
    }

    private static boolean isAbout(Event event, String kind, HasMetadata object) {
        var about = event.getInvolvedObject();
        var uid = about.getUid();
        return kind.equals(about.getKind())
                && object.getMetadata().getName().equals(about.getName())
                && (uid == null || uid.equals(object.getMetadata().getUid()));
    }
}
