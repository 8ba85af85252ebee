package dev.tidewright.cluster.local;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.cluster.Workload;
import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The JSON files of a workload's folder: what we write for the supervisor, what it writes for us, what we keep. */
final class SupervisorFiles {

    private SupervisorFiles() {}

    /** {@code spec.json}: a workload as it was applied, without its secrets. */
    record Saved(Instant appliedAt, Workload workload) {}

    /** {@code scale.json}: how many replicas a service is to have, and the number its next one gets. */
    record Scale(int replicas, int next) {}

    /**
     * {@code replica.json}.
     *
     * @param order place in the line for room on this machine; rises with time over all workloads
     */
    record Card(long order, Instant createdAt) {}

    /** {@code drain.json}: there from the moment a replica is to go. */
    record Drain(Instant since, Instant deadline) {}

    /** {@code ready.json}: the run (by its start) that was ready, so that a restart of ours does not interrupt traffic. */
    record Ready(Instant run, Instant since) {}

    /** {@code run.json}: there from the moment a replica was admitted. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Order(
            List<String> command,
            SortedMap<String, String> environment,
            String workdir,
            String home,
            String cache,
            String terminationLog,
            @Nullable String secretsFile,
            boolean discardSecrets,
            boolean restart,
            long memoryBytes,
            double stopGraceSeconds,
            @Nullable Double deadlineSeconds,
            long logSegmentBytes,
            int logSegments,
            int port) {}

    /** {@code state.json}: {@code RUNNING} or {@code BACKOFF}; {@code last} is how the run before this one ended. */
    record State(
            String phase,
            Instant since,
            int restarts,
            @Nullable End last) {
        boolean isRunning() {
            return phase.equals("RUNNING");
        }
    }

    /** {@code exit.json}, and the end of a service's run. */
    record End(
            int code,
            String reason,
            long peakMemoryBytes,
            Instant at,
            String terminationLog,
            String lastLine,
            double ranSeconds) {}

    /** The launcher's last words in {@code $TIDEWRIGHT_TERMINATION_LOG}. */
    record LastWords(@Nullable String reason, @Nullable String message) {}
}
