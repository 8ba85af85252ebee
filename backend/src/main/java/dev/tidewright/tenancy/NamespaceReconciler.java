package dev.tidewright.tenancy;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.reconcile.Next;
import dev.tidewright.reconcile.Reconciler;
import java.time.Duration;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Makes the cluster know every namespace with its limits, and forget the deleted ones. */
@Component
class NamespaceReconciler implements Reconciler {

    private static final Duration DRIFT_CHECK = Duration.ofMinutes(5);

    private final Namespaces namespaces;
    private final Cluster cluster;

    NamespaceReconciler(Namespaces namespaces, Cluster cluster) {
        this.namespaces = namespaces;
        this.cluster = cluster;
    }

    @Override
    public String kind() {
        return NamespaceService.WORK;
    }

    @Override
    public Next reconcile(UUID id) {
        var namespace = namespaces.require(id);
        if (namespace.deleted()) {
            cluster.retire(namespace.name());
            return Next.done();
        }
        cluster.provision(namespace.name(), namespace.limits().resources());
        return Next.again(DRIFT_CHECK);
    }
}
