package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How what is there differs from what is wanted of a namespace. Pure. */
final class Drift {

    private Drift() {}

    /** Whether all that is wanted is there as it is wanted; further labels and annotations are nobody's concern. */
    static boolean isAs(HasMetadata live, HasMetadata wanted) {
        return missing(labels(live), labels(wanted)).isEmpty()
                && missing(annotations(live), annotations(wanted)).isEmpty()
                && essence(live).equals(essence(wanted));
    }

    /** @param live as it was found; null when it was not there */
    static String words(@Nullable HasMetadata live, HasMetadata wanted) {
        var what = wanted.getKind().equals("Namespace")
                ? "the namespace"
                : "the " + wanted.getKind() + " " + wanted.getMetadata().getName();
        if (live == null) {
            return what + " had been deleted and was made again";
        }
        var lost = missing(labels(live), labels(wanted));
        var by = by(live);
        if (lost.isEmpty()) {
            return what + " had been changed" + by + " and was put back";
        }
        var had = labels(live).get(lost.getFirst());
        return "the label " + lost.getFirst() + " of " + what + " had been "
                + (had == null ? "taken away" : "set to " + had) + by + " and is "
                + labels(wanted).get(lost.getFirst()) + " again";
    }

    /** The last one who wrote it, as Kubernetes calls him: {@code kubectl-edit}. */
    private static String by(HasMetadata live) {
        var entries = live.getMetadata().getManagedFields();
        return entries == null
                ? ""
                : entries.stream()
                        .filter(entry -> entry.getSubresource() == null
                                && !String.valueOf(entry.getManager()).startsWith(Labels.PLATFORM))
                        .max(Comparator.comparing(entry -> String.valueOf(entry.getTime())))
                        .map(ManagedFieldsEntry::getManager)
                        .map(manager -> " with " + manager)
                        .orElse("");
    }

    private static List<String> missing(Map<String, String> live, Map<String, String> wanted) {
        return wanted.keySet().stream()
                .filter(key -> !Objects.equals(wanted.get(key), live.get(key)))
                .sorted()
                .toList();
    }

    private static Map<String, String> labels(HasMetadata object) {
        return orEmpty(object.getMetadata().getLabels());
    }

    private static Map<String, String> annotations(HasMetadata object) {
        return orEmpty(object.getMetadata().getAnnotations());
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> pairs) {
        return pairs == null ? Map.of() : new TreeMap<>(pairs);
    }

    /** What an object says beside its name, without what the cluster found of it. */
    private static List<@Nullable Object> essence(HasMetadata object) {
        return switch (object) {
            case ResourceQuota quota -> Arrays.asList(quota.getSpec());
            case LimitRange range -> Arrays.asList(range.getSpec());
            case NetworkPolicy policy -> Arrays.asList(policy.getSpec());
            case ServiceAccount account -> Arrays.asList(account.getAutomountServiceAccountToken());
            case Role role -> Arrays.asList(role.getRules());
            case RoleBinding binding -> Arrays.asList(binding.getRoleRef(), binding.getSubjects());
            default -> List.of();
        };
    }
}
