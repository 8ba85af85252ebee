package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;

/** How objects are deleted. */
final class Deletions {

    private Deletions() {}

    /**
     * Only this very object, not another that has taken its name since: the client's own deletion ignores the UID. False
     * where there is another.
     */
    static boolean exactly(KubernetesClient client, HasMetadata object, String uid) {
        var metadata = object.getMetadata();
        var version = object.getApiVersion();
        var path = String.join(
                "/",
                version.contains("/") ? "/apis" : "/api",
                version,
                "namespaces",
                metadata.getNamespace(),
                object.getPlural(),
                metadata.getName());
        var options = Map.of(
                "apiVersion",
                "v1",
                "kind",
                "DeleteOptions",
                "propagationPolicy",
                DeletionPropagation.BACKGROUND.toString(),
                "preconditions",
                Map.of("uid", uid));
        try {
            client.raw(path, "DELETE", options);
            return true;
        } catch (KubernetesClientException failure) {
            if (failure.getCode() != Calls.NOT_FOUND && failure.getCode() != Calls.CONFLICT) {
                throw failure;
            }
            return failure.getCode() == Calls.NOT_FOUND;
        }
    }
}
