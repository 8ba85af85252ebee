package dev.tidewright.serving;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Says before a policy is kept which of its metrics the cluster could not read now. Asks the cluster, never the database. */
@Component
public class MetricChecks {

    private final Cluster cluster;

    MetricChecks(Cluster cluster) {
        this.cluster = cluster;
    }

    /** A sentence for each with the remedy; empty when all can be read, or none is the cluster's to read. */
    public List<String> of(Name namespace, Name endpoint, @Nullable AutoscalingPolicy policy) {
        if (policy == null
                || !policy.byCluster()
                || !cluster.capabilities(namespace).autoscaler()) {
            return List.of();
        }
        try {
            return cluster.unreadable(new WorkloadId(namespace, Workloads.KIND, endpoint.value()), policy.autoscaler());
        } catch (ClusterUnavailable away) {
            return List.of("whether its metrics can be read is not known now: " + away.getMessage());
        }
    }
}
