package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Whose pods are, also those of which somebody took what says so: labels, or the Job that had made them. Labels prove
 * nothing, since anybody can copy them. The uid of a pod that was seen as its Job or Deployment had made it does: nobody
 * can choose it.
 */
final class Kin {

    private final Labels labels;
    private final Map<String, WorkloadId> proven = new ConcurrentHashMap<>();

    /** Without all their marks, or not watched any more for lack of them; by uid, as they were seen last. */
    private final Map<String, Pod> strays = new ConcurrentHashMap<>();

    Kin(Labels labels) {
        this.labels = labels;
    }

    /** Which workload an object belongs to, or belonged to when it was seen first; empty where to none of ours. */
    Optional<WorkloadId> workload(HasMetadata object) {
        var told = labels.workload(object);
        if (!(object instanceof Pod) || object.getMetadata().getUid() == null) {
            return told;
        }
        var uid = object.getMetadata().getUid();
        told.ifPresent(id -> proven.putIfAbsent(uid, id));
        return Optional.ofNullable(proven.get(uid));
    }

    /** The same of what was looked at before; nothing is remembered by it. */
    Optional<WorkloadId> known(Pod pod) {
        return Optional.ofNullable(proven.get(pod.getMetadata().getUid()));
    }

    /** Whether there are pods of a workload, as far as was heard. */
    boolean knows(WorkloadId id) {
        return proven.containsValue(id);
    }

    /** Somebody else knows that it is. */
    void recognise(WorkloadId id, Pod pod) {
        proven.putIfAbsent(pod.getMetadata().getUid(), id);
    }

    /** A pod of ours is there. */
    void there(WorkloadId id, Pod pod) {
        if (isMarked(id, pod)) {
            strays.remove(pod.getMetadata().getUid());
        } else {
            strays.put(pod.getMetadata().getUid(), pod);
        }
    }

    /** A pod of ours is not watched any more. True where it is gone; else it may be there without the labels that it was watched by. */
    boolean isGone(Pod pod) {
        if (pod.getMetadata().getDeletionTimestamp() != null || Ends.isOver(pod)) {
            gone(pod);
            return true;
        }
        strays.put(pod.getMetadata().getUid(), pod);
        return false;
    }

    void gone(Pod pod) {
        strays.remove(pod.getMetadata().getUid());
        proven.remove(pod.getMetadata().getUid());
    }

    List<Pod> strays() {
        return List.copyOf(strays.values());
    }

    boolean isMarked(WorkloadId id, Pod pod) {
        var metadata = pod.getMetadata();
        return orEmpty(metadata.getLabels())
                        .entrySet()
                        .containsAll(labels.of(id).entrySet())
                && Objects.equals(orEmpty(metadata.getAnnotations()).get(Labels.WORKLOAD), id.name());
    }

    /** Whatever had made it is gone, or has let it go, and the cluster does not clear it away: whoever knows of it has to. */
    static boolean isOrphan(Pod pod) {
        return pod.getMetadata().getDeletionTimestamp() == null
                && pod.getMetadata().getOwnerReferences().stream()
                        .noneMatch(owner -> Boolean.TRUE.equals(owner.getController()));
    }

    /** Whether it is called as pods of a workload are. That proves nothing, and is reason enough to be careful. */
    static boolean isCalledAs(WorkloadId id, Pod pod) {
        var prefix = Labels.objectName(id) + (Watches.isJob(id) ? "-" : "-[a-z0-9]+-");
        return pod.getMetadata().getName().matches(prefix + "[a-z0-9]+");
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> pairs) {
        return pairs == null ? Map.of() : pairs;
    }
}
