package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** How objects of ours are named and told from those of others. Pure. */
record Labels(String instance) {

    static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    static final String INSTANCE = "app.kubernetes.io/instance";
    static final String KIND = "tidewright.dev/kind";
    static final String WORKLOAD = "tidewright.dev/workload";
    static final String SPEC_HASH = "tidewright.dev/spec-hash";
    static final String PLATFORM = "tidewright";

    /** Pods' names add up to 17 characters to it, and a host name has at most 63. */
    private static final int LONGEST = 46;

    private static final int DIGEST = 10;

    /** What all objects of this platform carry. */
    Map<String, String> ours() {
        return Map.of(MANAGED_BY, PLATFORM, INSTANCE, instance);
    }

    Map<String, String> of(WorkloadId id) {
        var labels = new TreeMap<>(ours());
        labels.put(KIND, id.kind());
        labels.put(WORKLOAD, objectName(id));
        return labels;
    }

    /** What tells the pods of a workload. */
    Map<String, String> selector(WorkloadId id) {
        var selector = new TreeMap<>(of(id));
        selector.keySet().retainAll(List.of(WORKLOAD, KIND, INSTANCE));
        return selector;
    }

    boolean isOurs(HasMetadata object) {
        var labels = object.getMetadata().getLabels();
        return labels != null && labels.entrySet().containsAll(ours().entrySet());
    }

    /** The workload's own name where that is short enough; the same for the same id at every call. */
    static String objectName(WorkloadId id) {
        return id.name().length() <= LONGEST
                ? id.name()
                : id.name().substring(0, LONGEST - DIGEST - 1) + "-"
                        + digest(id.name()).substring(0, DIGEST);
    }

    /** Of what lies beside the object that runs it: its secret, its disruption budget, its Service. */
    static String besidesName(WorkloadId id) {
        return id.kind() + "-" + objectName(id);
    }

    /** The annotation that keeps the uid of an object that lies beside. */
    static String uidOf(HasMetadata beside) {
        return "tidewright.dev/" + beside.getKind().toLowerCase(Locale.ROOT) + "-uid";
    }

    /** Which workload an object belongs to; empty where to none, whatever it says. */
    Optional<WorkloadId> workload(HasMetadata object) {
        return Optional.ofNullable(Belonging.of(this, object).workload());
    }

    static String specHash(ObjectMeta metadata) {
        var annotations = metadata.getAnnotations();
        return annotations == null ? "" : annotations.getOrDefault(SPEC_HASH, "");
    }

    static String digest(String text) {
        try {
            var sha = MessageDigest.getInstance("SHA-256");
            return HexFormat.of().formatHex(sha.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
