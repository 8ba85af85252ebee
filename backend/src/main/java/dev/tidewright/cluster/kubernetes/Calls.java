package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.ClusterUnavailable;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.function.Supplier;

/** Calls of the API server: what only shows that it is away or busy is told from what it refuses. */
final class Calls {

    static final int NOT_FOUND = 404;
    private static final int FORBIDDEN = 403;
    static final int CONFLICT = 409;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;

    private Calls() {}

    static <T> T call(String what, Supplier<T> call) {
        try {
            return call.get();
        } catch (KubernetesClientException failure) {
            throw translated(what, failure);
        }
    }

    /** The API server's own sentence. */
    static String said(KubernetesClientException refusal) {
        var status = refusal.getStatus();
        var message = status == null ? null : status.getMessage();
        return message == null ? String.valueOf(refusal.getMessage()) : message;
    }

    static RuntimeException translated(String what, KubernetesClientException failure) {
        var code = failure.getCode();
        // A namespace that is not there yet, or not gone yet, is no refusal either.
        var early = code == NOT_FOUND || (code == FORBIDDEN && said(failure).contains("being terminated"));
        return code == 0 || code == TOO_MANY || code >= SERVER_ERROR || early
                ? new ClusterUnavailable("the cluster could not " + what + ": " + said(failure), failure)
                : failure;
    }
}
