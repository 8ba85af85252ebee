package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Who wrote which field of an object, as the API server keeps it. Of what was taken away it keeps nothing. Pure. */
final class Managed {

    /** Ourselves, by whatever the client is called; what begins with our name is ours too. */
    private static final Set<String> OURS = Set.of("fabric8-kubernetes-client", "kube-controller-manager");

    private Managed() {}

    /** Others than the platform and the cluster's controllers who wrote a field, or something in it, each once. */
    static List<String> others(HasMetadata object, String... path) {
        return others(object, entry -> at(entry, path) != null);
    }

    static List<String> others(HasMetadata object, Predicate<ManagedFieldsEntry> wrote) {
        return entries(object)
                .filter(entry -> !isOurs(entry))
                .filter(wrote)
                .map(ManagedFieldsEntry::getManager)
                .distinct()
                .toList();
    }

    /** Whether we, or a controller of the cluster, wrote a field, also together with others. */
    static boolean isOurs(HasMetadata object, String... path) {
        return entries(object).anyMatch(entry -> isOurs(entry) && at(entry, path) != null);
    }

    /** {@code with vi}; empty where nobody is known. */
    static String by(List<String> managers) {
        return managers.isEmpty() ? "" : " with " + String.join(" and ", managers);
    }

    /** What is kept of a field; null where this one did not write it. */
    static @Nullable Object at(ManagedFieldsEntry entry, String... path) {
        var fields = entry.getFieldsV1();
        return Arrays.stream(path)
                .reduce(
                        fields == null ? null : (Object) fields.getAdditionalProperties(),
                        (found, name) -> found instanceof Map<?, ?> map ? map.get("f:" + name) : null,
                        (one, other) -> other);
    }

    private static boolean isOurs(ManagedFieldsEntry entry) {
        var manager = String.valueOf(entry.getManager());
        return OURS.contains(manager) || manager.startsWith(Labels.PLATFORM);
    }

    private static Stream<ManagedFieldsEntry> entries(HasMetadata object) {
        var all = object.getMetadata().getManagedFields();
        return all == null ? Stream.empty() : all.stream().filter(entry -> !"status".equals(entry.getSubresource()));
    }
}
