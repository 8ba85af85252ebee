package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What others than we have changed or deleted of a workload that runs. Pure. */
final class Alterations {

    /** What {@code kubectl rollout restart} writes: it has the replicas made anew, and changes nothing of them. */
    static final String RESTARTED = "kubectl.kubernetes.io/restartedAt";

    private static final String[] RESTART = {"spec", "template", "metadata", "annotations", RESTARTED};
    private static final String[] NUMBER = {"spec", "replicas"};

    private Alterations() {}

    /**
     * A sentence for each.
     *
     * @param besides how the cluster is beside its own object
     */
    static List<String> of(Evidence evidence, Besides besides) {
        var owner = evidence.owner();
        if (owner == null || owner.getMetadata().getDeletionTimestamp() != null) {
            return List.of();
        }
        var found = new ArrayList<String>();
        if (owner instanceof Deployment deployment) {
            var what = "the Deployment " + owner.getMetadata().getName();
            editors(deployment).forEach(who -> found.add(what + " had been changed with " + who + " and was put back"));
            restarters(deployment)
                    .forEach(who -> found.add("the replicas of " + what + " had been restarted with " + who));
            var fields = Pace.changed(deployment);
            if (!fields.isEmpty()) {
                found.add(String.join(", ", fields) + " of " + what + " had been changed"
                        + Managed.by(Pace.editors(deployment)) + " and put back");
            }
            if (!besides.autoscaled()) {
                numberedBy(deployment)
                        .forEach(who -> found.add("the number of replicas of " + what + " had been set to "
                                + deployment.getSpec().getReplicas() + " with " + who + " and was put back"));
            }
            if (!besides.budgeted()) {
                found.add("the PodDisruptionBudget " + Labels.besidesName(evidence.id())
                        + " had been deleted and was put back");
            }
        }
        if (lacksHash(owner)) {
            found.add("the annotation " + Labels.SPEC_HASH + " of the " + owner.getKind() + " "
                    + owner.getMetadata().getName() + " had been taken away and was put back");
        }
        if (lacksSecret(evidence)) {
            found.add("the Secret " + Labels.besidesName(evidence.id()) + " had been deleted and was put back");
        }
        return found;
    }

    /**
     * What there is beside the object that runs it.
     *
     * @param budgeted whether its disruption budget is there
     * @param autoscaled whether the cluster decides how many replicas there are
     */
    record Besides(boolean budgeted, boolean autoscaled) {}

    /** Whose what pods are like is in part; only the number is written by others too. */
    static List<String> editors(Deployment deployment) {
        return Managed.others(deployment, Alterations::isOfPods);
    }

    private static boolean isOfPods(ManagedFieldsEntry entry) {
        var template = Managed.at(entry, "spec", "template");
        return template instanceof Map<?, ?> fields
                && !(fields.size() == 1 && isRestart(Managed.at(entry, "spec", "template", "metadata")));
    }

    /** Nothing else was written of what pods carry. */
    private static boolean isRestart(@Nullable Object metadata) {
        return metadata instanceof Map<?, ?> fields
                && fields.size() == 1
                && fields.get("f:annotations") instanceof Map<?, ?> annotations
                && annotations.keySet().stream().allMatch(key -> ".".equals(key) || ("f:" + RESTARTED).equals(key));
    }

    /** Who had the replicas restarted, and was not told yet: what was told is written once more, by us. */
    static List<String> restarters(Deployment deployment) {
        return Managed.isOurs(deployment, RESTART) ? List.of() : Managed.others(deployment, RESTART);
    }

    /** Who wrote the number of replicas that is there now, where neither we nor the cluster's autoscaler did. */
    static List<String> numberedBy(Deployment deployment) {
        return Managed.isOurs(deployment, NUMBER) ? List.of() : Managed.others(deployment, NUMBER);
    }

    /** Without it, what is there cannot be told from another of the same name. */
    static boolean lacksHash(HasMetadata owner) {
        return Labels.specHash(owner.getMetadata()).isEmpty();
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
