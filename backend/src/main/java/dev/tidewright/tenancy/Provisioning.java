package dev.tidewright.tenancy;

import dev.tidewright.cluster.ClusterNames;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.reconcile.WorkQueue;
import org.springframework.stereotype.Component;

/** Which cluster a namespace is in, and the passes that make it so there. Joins the caller's transaction. */
@Component
class Provisioning {

    static final String WORK = "namespace";

    private final ClusterNames clusters;
    private final NamespaceRows namespaces;
    private final WorkQueue queue;

    Provisioning(ClusterNames clusters, NamespaceRows namespaces, WorkQueue queue) {
        this.clusters = clusters;
        this.namespaces = namespaces;
        this.queue = queue;
    }

    /** Lets a pass follow soon. */
    void follow(Namespace namespace) {
        queue.put(WORK, namespace.id());
    }

    /**
     * Refuses a cluster that is not there, and one where the name is not free yet: a name means one cluster at a time, by
     * which what is left of an earlier namespace is found.
     */
    void requirePossible(Name namespace, Name cluster) {
        clusters.require(cluster);
        namespaces
                .findFirstByNameOrderByDeletedAtDesc(namespace)
                .filter(earlier -> !earlier.cluster().equals(cluster) && queue.has(WORK, earlier.id()))
                .ifPresent(earlier -> {
                    throw new Refusal.Conflict(
                            "still-being-removed",
                            "the namespace \"" + namespace + "\" of before is still being removed from the cluster \""
                                    + earlier.cluster() + "\": try again later, or choose another name");
                });
    }
}
