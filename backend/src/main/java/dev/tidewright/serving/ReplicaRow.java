package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.ReplicaStatus;
import org.jspecify.annotations.Nullable;

/**
 * One replica as it was last seen.
 *
 * @param revision that it serves
 * @param workload that it is one of, named after the revision that it was made for
 * @param message one sentence; for a crash it carries the last line of the log
 * @param since ISO 8601
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReplicaRow(
        int revision,
        String workload,
        String name,
        String phase,
        @Nullable String host,
        int port,
        int restarts,
        String reason,
        String message,
        String since) {

    /** That nothing keeps it there any more, says more than what it is at. */
    static ReplicaRow of(int revision, Observation seen, ReplicaStatus replica) {
        return new ReplicaRow(
                revision,
                seen.id().name(),
                replica.name(),
                replica.phase().name(),
                replica.host(),
                replica.port(),
                replica.restarts(),
                replica.reason(),
                seen.missing().isEmpty() ? replica.message() : seen.missing(),
                replica.since().toString());
    }
}
