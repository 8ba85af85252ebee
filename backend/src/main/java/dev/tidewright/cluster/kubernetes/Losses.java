package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Autoscalers of ours that somebody else has deleted, until they are made again. */
final class Losses {

    /** Servers hear of what the others delete, too. */
    private static final String ENDED = "tidewright.dev/ended";

    private final Set<WorkloadId> autoscalers = ConcurrentHashMap.newKeySet();

    /** A patch of an autoscaler that is about to be deleted by us. */
    static String ending() {
        return "{\"metadata\":{\"annotations\":{\"" + ENDED + "\":\"true\"}}}";
    }

    /** It is there again, or known to be gone. */
    void told(WorkloadId id) {
        autoscalers.remove(id);
    }

    /** @param owned whether its Deployment is there: what goes with it, the cluster itself has taken away */
    void gone(WorkloadId id, HorizontalPodAutoscaler autoscaler, boolean owned) {
        if (owned && !isEnded(autoscaler)) {
            autoscalers.add(id);
        }
    }

    private static boolean isEnded(HorizontalPodAutoscaler autoscaler) {
        var annotations = autoscaler.getMetadata().getAnnotations();
        return annotations != null && annotations.containsKey(ENDED);
    }

    /** A sentence for each. */
    List<String> of(WorkloadId id) {
        return autoscalers.contains(id)
                ? List.of(
                        "the HorizontalPodAutoscaler " + Labels.objectName(id) + " had been deleted and was made again")
                : List.of();
    }
}
