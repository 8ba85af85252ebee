package dev.tidewright.training;

import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a pass knows of a job, outside of any transaction.
 *
 * @param startedAt when its first attempt was seen running
 * @param experiment that its program is told
 * @param shown what its page says of what the cluster said last
 * @param stopSentence who asked it to stop and why; empty when nobody did
 */
record JobState(
        UUID id,
        UUID namespaceId,
        Name namespace,
        Name name,
        JobSpec spec,
        JobStatus status,
        @Nullable Instant startedAt,
        @Nullable UUID runId,
        long experiment,
        Shown shown,
        String stopSentence,
        List<Attempt.Snapshot> attempts) {

    /**
     * What the cluster said last.
     *
     * @param reason why it does not start; null where nothing is known against it
     * @param sentence the same in words; empty without
     * @param unknown it has not answered since
     */
    record Shown(@Nullable ReasonCode reason, String sentence, boolean unknown) {}

    /** The attempt that is to be brought forward. */
    Optional<Attempt.Snapshot> current() {
        return attempts.isEmpty() || attempts.getLast().endedAt() != null
                ? Optional.empty()
                : Optional.of(attempts.getLast());
    }

    /** Attempts that ended and whose remains are still in the cluster. */
    List<Attempt.Snapshot> remains() {
        return attempts.stream()
                .filter(attempt -> attempt.endedAt() != null && !attempt.cleared())
                .toList();
    }

    /** The attempt of this number, or the last one; empty when there is none yet. */
    Optional<Attempt.Snapshot> attempt(@Nullable Integer number) {
        if (number != null) {
            return Optional.of(requireAttempt(number));
        }
        return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
    }

    Attempt.Snapshot requireAttempt(@Nullable Integer number) {
        var last = attempts.size();
        var asked = number == null ? last : number;
        if (asked < 1 || asked > last) {
            throw new Refusal.NotFound("attempt of job " + name, asked);
        }
        return attempts.get(asked - 1);
    }

    /** Whether what was seen of its current attempt says nothing new. */
    boolean shows(Attempt.Snapshot attempt, Observation seen) {
        if (shown.unknown()) {
            return false;
        }
        if (seen.phase() == Observation.Phase.RUNNING) {
            return status != JobStatus.STARTING && attempt.startedAt() != null;
        }
        return status != JobStatus.STARTING
                || (shown.reason() == ReasonCode.whyWaiting(seen)
                        && shown.sentence().equals(seen.message()));
    }

    WorkloadId workload(Attempt.Snapshot attempt) {
        return new WorkloadId(namespace, "job", attempt.workload());
    }

    /** How long this attempt may run; earlier attempts have used up their part of the job's deadline. */
    Duration deadline(Attempt.Snapshot attempt) {
        var used = startedAt == null ? Duration.ZERO : Duration.between(startedAt, attempt.createdAt());
        var left = spec.deadlineLength().minus(used.isNegative() ? Duration.ZERO : used);
        return left.compareTo(Duration.ofSeconds(1)) < 0 ? Duration.ofSeconds(1) : left;
    }
}
