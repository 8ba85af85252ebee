package dev.tidewright.serving;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.LogPiece;
import dev.tidewright.cluster.LogSlice;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads what replicas wrote. */
@Component
class EndpointLogs {

    private static final int SLICE = 256 * 1024;

    private final Cluster cluster;

    EndpointLogs(Cluster cluster) {
        this.cluster = cluster;
    }

    /** Which replica's log to read. */
    record Source(WorkloadId workload, String replica) {}

    /** The replica of this name; without one, a troubled replica before a healthy one, a young one before an old one. */
    static Source choose(Name namespace, Name endpoint, List<ReplicaRow> rows, @Nullable String replica) {
        var row = rows.stream()
                .filter(one ->
                        replica == null || replica.isBlank() || one.name().equals(replica))
                .max(java.util.Comparator.comparing(
                                (ReplicaRow one) -> !one.phase().equals("READY"))
                        .thenComparing(ReplicaRow::since))
                .orElseThrow(() -> new Refusal.NotFound("replica", replica == null ? "of " + endpoint : replica));
        return new Source(new WorkloadId(namespace, Workloads.KIND, row.workload()), row.name());
    }

    LogSlice read(Source source, long position) {
        return read(source, position, SLICE);
    }

    /** What a page shows first, or of what lies before {@code end}; nothing while the cluster is away. */
    LogPiece shown(Source source, long end) {
        try {
            return LogPiece.before((position, maxBytes) -> read(source, position, maxBytes), Math.max(0, end));
        } catch (Refusal.Unavailable away) {
            return LogPiece.NOTHING;
        }
    }

    private LogSlice read(Source source, long position, int maxBytes) {
        try {
            return cluster.logs(source.workload(), source.replica(), Math.max(0, position), maxBytes);
        } catch (ClusterUnavailable away) {
            throw new Refusal.Unavailable("cluster-unavailable", "the cluster cannot be asked just now: try again");
        }
    }
}
