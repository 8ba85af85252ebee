package dev.tidewright.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.cluster.PodFields;
import dev.tidewright.kernel.Resources;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a job runs; checked, complete with defaults, never changed.
 *
 * @param entryPoint file of the source that is run; null when {@code command} says it all
 * @param command argument list, no shell; null when the entry point is a notebook or the image brings its own
 * @param parameters JSON scalars by name
 * @param requirements lines of a requirements file that replace the source's own; null to use those
 * @param deadline how long the job may run, all attempts together, e.g. {@code 2h}
 * @param keep globs of output files to keep, relative to the output folder
 * @param experiment where its run is recorded; null to leave it to the program, which begins in {@code Default}
 * @param pod where it may run; null when nothing is said of it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JobSpec(
        @Nullable JobSource source,
        @Nullable String entryPoint,
        @Nullable List<String> command,
        @Nullable String image,
        Map<String, Object> parameters,
        Map<String, String> environment,
        @Nullable List<String> requirements,
        Resources resources,
        Retries retries,
        String deadline,
        List<String> keep,
        String description,
        @Nullable String experiment,
        @Nullable PodFields pod) {

    Duration deadlineLength() {
        return Durations.parse("deadline", deadline);
    }

    /**
     * Where the code came from.
     *
     * @param kind {@code script}, {@code notebook} or {@code archive}
     * @param digest SHA-256 with its prefix
     * @param size bytes
     */
    record JobSource(String kind, String fileName, String digest, long size) {}

    /**
     * When a failed attempt is followed by another. A lost one always is, up to {@link TrainingJob#MAX_LOSSES} times.
     *
     * @param limit further attempts after failures, 0 to 10
     * @param onExitCodes only after these exit codes; empty means after any failure of the user's code
     */
    record Retries(int limit, List<Integer> onExitCodes) {
        static final Retries NONE = new Retries(0, List.of());

        boolean covers(Ending ending, long failuresBefore) {
            if (failuresBefore >= limit || ending.reason() == ReasonCode.DEADLINE_EXCEEDED) {
                return false;
            }
            return onExitCodes.isEmpty()
                    ? ending.reason().isFailureOfUserCode()
                    : ending.exitCode() != null && onExitCodes.contains(ending.exitCode());
        }
    }
}
