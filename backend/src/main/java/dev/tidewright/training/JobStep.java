package dev.tidewright.training;

import dev.tidewright.cluster.Observation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** What one pass does for a job. {@link #next} is the whole decision; it is pure. */
sealed interface JobStep {

    /** The cluster ends a batch at its deadline by itself; we do when it has not, this long after all that it may take for that. */
    Duration PATIENCE = Duration.ofSeconds(15);

    /** Nothing until somebody changes something. */
    record Rest() implements JobStep {}

    /** Asks for its part of the quota. */
    record Admit() implements JobStep {}

    /** Describes the attempt to the cluster, which starts it unless it did so before. */
    record Launch(Attempt.Snapshot attempt) implements JobStep {}

    /** Writes down how it goes, and looks again later. */
    record Watch(Attempt.Snapshot attempt, Observation seen) implements JobStep {}

    /** Ends its processes, on request. */
    record Stop(Attempt.Snapshot attempt) implements JobStep {}

    /** Keeps its log, then writes down how it ended. */
    record Conclude(Attempt.Snapshot attempt, Ending ending) implements JobStep {}

    /** Removes what the cluster still has of ended attempts. */
    record Clear(List<Attempt.Snapshot> attempts) implements JobStep {}

    /**
     * Decides what a pass does.
     *
     * @param seen what the cluster knows of the current attempt; not looked at when there is none
     * @param grace between the polite request to stop and the end by force
     */
    static JobStep next(JobState job, Observation seen, Duration grace, Instant now) {
        if (!job.remains().isEmpty()) {
            return new Clear(job.remains());
        }
        return switch (job.status()) {
            case QUEUED -> new Admit();
            case SUCCEEDED, FAILED, CANCELLED -> new Rest();
            case STARTING, RUNNING ->
                job.current()
                        .map(attempt -> forward(job, attempt, seen, grace, now))
                        .orElse(new Rest());
            case STOPPING ->
                job.current().map(attempt -> stop(job, attempt, seen, now)).orElse(new Rest());
        };
    }

    private static JobStep forward(
            JobState job, Attempt.Snapshot attempt, Observation seen, Duration grace, Instant now) {
        if (seen.exit() != null) {
            return new Conclude(attempt, Ending.of(seen.exit(), seen.message(), job.spec()));
        }
        return switch (seen.phase()) {
            case ABSENT -> attempt.startedAt() == null ? new Launch(attempt) : new Conclude(attempt, Ending.lost(now));
            case PENDING -> new Watch(attempt, seen);
            case RUNNING ->
                overdue(job, attempt, grace, now)
                        ? new Conclude(attempt, Ending.overdue(job.spec(), now))
                        : new Watch(attempt, seen);
            case SUCCEEDED -> new Conclude(attempt, Ending.completed(now));
            case FAILED -> new Conclude(attempt, Ending.refused(seen, now));
        };
    }

    private static JobStep stop(JobState job, Attempt.Snapshot attempt, Observation seen, Instant now) {
        return seen.exit() != null || seen.phase() == Observation.Phase.ABSENT
                ? new Conclude(attempt, Ending.stopped(job.stopSentence(), seen.exit(), now))
                : new Stop(attempt);
    }

    private static boolean overdue(JobState job, Attempt.Snapshot attempt, Duration grace, Instant now) {
        return attempt.startedAt() != null
                && attempt.startedAt()
                        .plus(job.deadline(attempt))
                        .plus(grace)
                        .plus(PATIENCE)
                        .isBefore(now);
    }
}
