package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What says of an object that it is a workload's, and how it is said again. Pure. */
final class Marks {

    private Marks() {}

    /** A sentence on what is missing. */
    static String lost(HasMetadata object, Labels labels, WorkloadId id) {
        var lost = new ArrayList<String>();
        var by = new ArrayList<String>();
        var has = orEmpty(object.getMetadata().getLabels());
        new TreeMap<>(labels.of(id))
                .forEach((name, value) -> note(object, "label", name, Objects.equals(value, has.get(name)), lost, by));
        var notes = orEmpty(object.getMetadata().getAnnotations());
        note(object, "annotation", Labels.WORKLOAD, Objects.equals(id.name(), notes.get(Labels.WORKLOAD)), lost, by);
        var what = lost.size() == 1 ? lost.getFirst() + " had" : String.join(", ", lost) + " had";
        return "of the " + object.getKind() + " " + object.getMetadata().getName() + " the " + what
                + " been taken away or changed"
                + Managed.by(by.stream().distinct().toList()) + " and put back";
    }

    private static void note(
            HasMetadata object, String kind, String name, boolean isThere, List<String> lost, List<String> by) {
        if (!isThere) {
            lost.add(kind + " " + name);
            by.addAll(Managed.others(object, "metadata", kind + "s", name));
        }
    }

    /**
     * A patch that has all of them there again.
     *
     * @param version of the object as it was looked at: whoever was quicker has done it; null: whatever became of it since
     */
    static String patch(HasMetadata object, Labels labels, WorkloadId id, @Nullable String version) {
        var metadata = new TreeMap<String, Object>();
        // Another object of that name answers with a conflict.
        metadata.put("uid", object.getMetadata().getUid());
        metadata.put("labels", labels.of(id));
        metadata.put("annotations", Map.of(Labels.WORKLOAD, id.name()));
        if (version != null) {
            metadata.put("resourceVersion", version);
        }
        return Serialization.asJson(Map.of("metadata", metadata));
    }

    /** A patch that has all there again that is wanted. */
    static String patch(HasMetadata object, HasMetadata wanted) {
        return Serialization.asJson(Map.of(
                "metadata",
                Map.of(
                        "uid",
                        object.getMetadata().getUid(),
                        "labels",
                        wanted.getMetadata().getLabels(),
                        "annotations",
                        wanted.getMetadata().getAnnotations())));
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> pairs) {
        return pairs == null ? Map.of() : pairs;
    }
}
