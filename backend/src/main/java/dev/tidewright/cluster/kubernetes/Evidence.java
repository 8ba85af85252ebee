package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster has said of a workload.
 *
 * @param owner its Job or Deployment; null when that is gone
 * @param pods eldest first
 * @param warnings of the owner, of what it owns, and of the pods
 */
record Evidence(WorkloadId id, @Nullable HasMetadata owner, List<Pod> pods, List<Event> warnings, Capacity capacity) {

    /** Names of pods of one second tell nothing, but they tell the same at every look. */
    static final Comparator<Pod> BY_AGE = Comparator.<Pod, String>comparing(
                    pod -> pod.getMetadata().getCreationTimestamp())
            .thenComparing(pod -> pod.getMetadata().getName());

    Evidence {
        pods = pods.stream().sorted(BY_AGE).toList();
        warnings = List.copyOf(warnings);
    }

    /** What was said last of one object for one of these reasons. */
    Optional<String> said(String kind, String name, String... reasons) {
        return warnings.stream()
                .filter(event -> kind.equals(event.getInvolvedObject().getKind())
                        && name.equals(event.getInvolvedObject().getName())
                        && List.of(reasons).contains(event.getReason()))
                .max(Comparator.comparing(Times::of))
                .map(Event::getMessage);
    }

    /** Why no pod could be made: said of a Job by its own name, of a Deployment by one of its ReplicaSets. */
    Optional<String> refused() {
        return warnings.stream()
                .filter(event -> "FailedCreate".equals(event.getReason())
                        && !"Pod".equals(event.getInvolvedObject().getKind()))
                .max(Comparator.comparing(Times::of))
                .map(Event::getMessage);
    }
}
