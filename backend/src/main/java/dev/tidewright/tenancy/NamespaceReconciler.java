package dev.tidewright.tenancy;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.NamespaceGoing;
import dev.tidewright.cluster.NamespaceRefused;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.reconcile.Next;
import dev.tidewright.reconcile.Reconciler;
import java.time.Duration;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Makes the cluster know every namespace with its limits, puts back what others change of it, and forgets the deleted ones. */
@Component
class NamespaceReconciler implements Reconciler {

    private static final Logger LOG = LoggerFactory.getLogger(NamespaceReconciler.class);
    private static final Duration DRIFT_CHECK = Duration.ofMinutes(5);

    private static final Duration AWAY_CHECK = Duration.ofSeconds(5);

    /** Somebody else has to do something first. */
    private static final Duration REFUSED_CHECK = Duration.ofSeconds(30);

    private final Namespaces namespaces;
    private final NamespaceService service;
    private final NamespacePlaces places;
    private final Cluster cluster;

    NamespaceReconciler(Namespaces namespaces, NamespaceService service, NamespacePlaces places, Cluster cluster) {
        this.namespaces = namespaces;
        this.service = service;
        this.places = places;
        this.cluster = cluster;
        cluster.onChange(this::hint);
    }

    @Override
    public String kind() {
        return Provisioning.WORK;
    }

    @Override
    public Next reconcile(UUID id) {
        var namespace = namespaces.require(id);
        try {
            if (namespace.deleted()) {
                places.forget(namespace.name());
                cluster.retire(namespace.name());
                return Next.done();
            }
            var repairs = cluster.provision(namespace.name(), namespace.limits().resources());
            service.provided(id, repairs, cluster.setAside(namespace.name()));
            return Next.again(DRIFT_CHECK);
        } catch (NamespaceRefused refused) {
            service.refused(id, String.valueOf(refused.getMessage()));
            return Next.again(REFUSED_CHECK);
        } catch (NamespaceGoing going) {
            service.refused(id, String.valueOf(going.getMessage()));
            return Next.again(AWAY_CHECK);
        } catch (ClusterUnavailable away) {
            LOG.info("namespace {} is left as it is: {}", namespace.name(), away.getMessage());
            return Next.again(AWAY_CHECK);
        }
    }

    private void hint(WorkloadId changed) {
        if (!changed.kind().equals(WorkloadId.NAMESPACE)) {
            return;
        }
        try {
            service.hint(changed.namespace());
        } catch (DataAccessException away) {
            // Only a hint is lost: the next check comes by itself.
            LOG.debug("hint for namespace {} lost", changed.namespace(), away);
        }
    }
}
