package dev.tidewright.serving;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a pass saw of an endpoint.
 *
 * @param scaling null where the cluster itself does not decide how many replicas there are
 * @param waitingFor what the quota lacks; empty when nothing
 */
record FleetSeen(
        List<ReplicaRow> replicas, @Nullable ClusterScaling scaling, int wanted, int ready, String waitingFor) {
    FleetSeen {
        replicas = List.copyOf(replicas);
    }
}
