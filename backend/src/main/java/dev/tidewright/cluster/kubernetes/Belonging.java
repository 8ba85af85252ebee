package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Text;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which workload an object with our labels belongs to. Anybody who may write there can put our labels on anything, so it
 * belongs to one only where it is in every way as we, or what we made, would have made it. Pure, and never throws.
 *
 * @param workload null where it belongs to none
 * @param fault what is wrong with it; empty where nothing is, or where it is not ours at all
 */
record Belonging(@Nullable WorkloadId workload, String fault) {

    /** What an attempt or a revision can be called: a name and its number. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][-a-z0-9]{0,252}");

    private static final Belonging NOT_OURS = new Belonging(null, "");

    static Belonging of(Labels labels, HasMetadata object) {
        var metadata = object.getMetadata();
        if (!labels.isOurs(object) || metadata.getNamespace() == null) {
            return NOT_OURS;
        }
        var name = orEmpty(metadata.getAnnotations()).get(Labels.WORKLOAD);
        var kind = orEmpty(metadata.getLabels()).get(Labels.KIND);
        if (name == null || kind == null) {
            return fault("lacks the " + (kind == null ? "label " + Labels.KIND : "annotation " + Labels.WORKLOAD));
        }
        return NAME.matcher(name).matches()
                ? belonging(new WorkloadId(new Name(metadata.getNamespace()), kind, name), object)
                : fault("names a workload that cannot be: \"" + Text.shortened(name, 70) + "\"");
    }

    /**
     * The workload of an object that has lost marks of ours, by what nobody can change of it: a Job's template, a Deployment's
     * selector. Empty for what has them all, and for what is not ours.
     */
    static Optional<WorkloadId> stripped(Labels labels, HasMetadata object) {
        var template = switch (object) {
            case Job job when job.getSpec() != null -> job.getSpec().getTemplate();
            case Deployment deployment
            when deployment.getSpec() != null -> deployment.getSpec().getTemplate();
            default -> null;
        };
        if (template == null
                || template.getMetadata() == null
                || of(labels, object).workload() != null) {
            return Optional.empty();
        }
        var lasting = object instanceof Deployment deployment
                ? deployment.getSpec().getSelector().getMatchLabels()
                : template.getMetadata().getLabels();
        var kind = orEmpty(lasting).getOrDefault(Labels.KIND, "");
        var name = orEmpty(object.getMetadata().getAnnotations())
                .getOrDefault(
                        Labels.WORKLOAD,
                        orEmpty(template.getMetadata().getAnnotations()).getOrDefault(Labels.WORKLOAD, ""));
        if (!NAME.matcher(name).matches() || object.getMetadata().getNamespace() == null) {
            return Optional.empty();
        }
        var id = new WorkloadId(new Name(object.getMetadata().getNamespace()), kind, name);
        return belonging(id, object).workload() != null
                        && orEmpty(lasting)
                                .entrySet()
                                .containsAll(labels.selector(id).entrySet())
                ? Optional.of(id)
                : Optional.empty();
    }

    private static Belonging belonging(WorkloadId id, HasMetadata object) {
        var isJob = Watches.isJob(id);
        if (!isJob && !"revision".equals(id.kind())) {
            return fault("says that it is of a " + id.kind() + ", which there is not");
        }
        var expected = Labels.objectName(id);
        if (object instanceof Pod pod) {
            return isMadeBy(pod, isJob ? "Job" : "ReplicaSet", expected)
                    ? new Belonging(id, "")
                    : fault("was not made by the " + (isJob ? "Job " : "Deployment ") + expected);
        }
        return isJob == object instanceof Job
                        && expected.equals(object.getMetadata().getName())
                ? new Belonging(id, "")
                : fault("says that it runs " + id.name() + ", which " + (isJob ? "the Job " : "the Deployment ")
                        + expected + " does");
    }

    /** A reference to what does not exist does not last: the cluster itself removes such pods. */
    private static boolean isMadeBy(Pod pod, String kind, String name) {
        return pod.getMetadata().getOwnerReferences().stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .anyMatch(owner -> kind.equals(owner.getKind()) && isName(owner, name));
    }

    /** Whether a pod was made for this very Job, or by a ReplicaSet of this Deployment's name: its labels are not looked at. */
    static boolean isMadeBy(Pod pod, HasMetadata owner) {
        var name = owner.getMetadata().getName();
        return owner instanceof Job
                ? pod.getMetadata().getOwnerReferences().stream()
                        .anyMatch(one -> Boolean.TRUE.equals(one.getController())
                                && one.getUid().equals(owner.getMetadata().getUid()))
                : isMadeBy(pod, "ReplicaSet", name);
    }

    /** A ReplicaSet is called as its Deployment, and a digest. */
    private static boolean isName(OwnerReference owner, String name) {
        return "Job".equals(owner.getKind())
                ? name.equals(owner.getName())
                : name.equals(owner.getName().replaceFirst("-[a-z0-9]+$", ""));
    }

    private static Belonging fault(String what) {
        return new Belonging(null, what);
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> pairs) {
        return pairs == null ? Map.of() : pairs;
    }
}
