package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Deployments and autoscalers of ours that somebody else has deleted, until they are made again. */
final class Losses {

    /** Servers hear of what the others delete, too. */
    private static final String ENDED = "tidewright.dev/ended";

    private final Set<WorkloadId> deployments = ConcurrentHashMap.newKeySet();
    private final Set<WorkloadId> autoscalers = ConcurrentHashMap.newKeySet();
    private final Set<WorkloadId> removed = ConcurrentHashMap.newKeySet();

    /** It is to be deleted by us, whatever of it there is. */
    void removing(WorkloadId id) {
        removed.add(id);
        deployments.remove(id);
        autoscalers.remove(id);
    }

    /** A patch of an autoscaler that is about to be deleted by us. */
    static String ending() {
        return "{\"metadata\":{\"annotations\":{\"" + ENDED + "\":\"true\"}}}";
    }

    /** Made by us. */
    void made(WorkloadId id) {
        removed.remove(id);
        deployments.remove(id);
    }

    void told(WorkloadId id) {
        deployments.remove(id);
        autoscalers.remove(id);
    }

    void there(WorkloadId id, HasMetadata object) {
        switch (object) {
            case Deployment deployment -> deployments.remove(id);
            case HorizontalPodAutoscaler autoscaler -> autoscalers.remove(id);
            default -> {}
        }
    }

    /** @param owned whether its Deployment is there: what goes with it, the cluster itself has taken away */
    void gone(WorkloadId id, HasMetadata object, boolean owned) {
        switch (object) {
            // We take replicas away before their Deployment.
            case Deployment deployment
            when !removed.remove(id) && deployment.getSpec().getReplicas() > 0 -> deployments.add(id);
            case HorizontalPodAutoscaler autoscaler when owned && !isEnded(autoscaler) -> autoscalers.add(id);
            default -> {}
        }
    }

    private static boolean isEnded(HorizontalPodAutoscaler autoscaler) {
        var annotations = autoscaler.getMetadata().getAnnotations();
        return annotations != null && annotations.containsKey(ENDED);
    }

    /** A sentence for each. */
    List<String> of(WorkloadId id) {
        var lost = new ArrayList<String>();
        if (deployments.contains(id)) {
            lost.add("the Deployment " + Labels.objectName(id) + " had been deleted and was made again");
        }
        if (autoscalers.contains(id)) {
            lost.add("the HorizontalPodAutoscaler " + Labels.objectName(id) + " had been deleted and was made again");
        }
        return lost;
    }
}
