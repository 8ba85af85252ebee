package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What others than we have changed or deleted of a workload that runs. Pure. */
final class Alterations {

    /** Who writes Deployments of ours: ourselves, by whatever the client is called, and the controllers of the cluster. */
    private static final Set<String> OURS =
            Set.of(Labels.PLATFORM, "fabric8-kubernetes-client", "kube-controller-manager");

    private Alterations() {}

    /**
     * A clause for each.
     *
     * @param budgeted whether its disruption budget is there
     */
    static List<String> of(Evidence evidence, boolean budgeted) {
        var owner = evidence.owner();
        if (owner == null || owner.getMetadata().getDeletionTimestamp() != null) {
            return List.of();
        }
        var found = new ArrayList<String>();
        if (owner instanceof Deployment deployment) {
            editors(deployment)
                    .forEach(who -> found.add("the Deployment " + name(owner) + " had been changed with " + who));
            if (!budgeted) {
                found.add("the PodDisruptionBudget " + Labels.besidesName(evidence.id()) + " had been deleted");
            }
        }
        if (lacksSecret(evidence)) {
            found.add("the Secret " + Labels.besidesName(evidence.id()) + " had been deleted");
        }
        return found;
    }

    private static String name(HasMetadata object) {
        return object.getMetadata().getName();
    }

    /** Whose what pods are like is in part; only the number is written by others too. */
    static List<String> editors(Deployment deployment) {
        var entries = deployment.getMetadata().getManagedFields();
        return entries == null
                ? List.of()
                : entries.stream()
                        .filter(entry -> entry.getSubresource() == null && !OURS.contains(entry.getManager()))
                        .filter(Alterations::isOfPods)
                        .map(ManagedFieldsEntry::getManager)
                        .distinct()
                        .toList();
    }

    private static boolean isOfPods(ManagedFieldsEntry entry) {
        var fields = entry.getFieldsV1();
        return fields != null && at(at(at(fields.getAdditionalProperties(), "f:spec"), "f:template"), "f:spec") != null;
    }

    private static @Nullable Object at(@Nullable Object fields, String name) {
        return fields instanceof Map<?, ?> map ? map.get(name) : null;
    }

    /** Nobody may read secrets here, but a kubelet that wants one says that it is not there. */
    private static boolean lacksSecret(Evidence evidence) {
        var missing = "secret \"" + Labels.besidesName(evidence.id()) + "\" not found";
        return evidence.pods().stream().anyMatch(pod -> {
            var status = Ends.main(pod);
            var waiting = status == null ? null : status.getState().getWaiting();
            return waiting != null && String.valueOf(waiting.getMessage()).contains(missing);
        });
    }
}
