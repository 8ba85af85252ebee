package dev.tidewright.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Resource.Metadata;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How a job goes.
 *
 * @param label the phase in words
 * @param reason why it is where it is; null when there is nothing to explain
 * @param message the same in one sentence; empty when there is nothing to explain
 * @param queuePosition 1 is next; null when it does not wait
 * @param unknownSince set while the cluster does not answer: the rest is what was known then
 * @param unknownReason why it is unknown, in a sentence
 * @param waitedSeconds from its submission until its quota was granted
 * @param runSeconds from its first start to its end, or until now
 * @param metrics last value of each metric
 * @param attempts null in lists
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JobView(
        JobStatus phase,
        String label,
        @Nullable ReasonCode reason,
        String message,
        @Nullable Integer queuePosition,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt,
        @Nullable Instant unknownSince,
        @Nullable String unknownReason,
        @Nullable Double waitedSeconds,
        @Nullable Double runSeconds,
        @Nullable UUID run,
        @Nullable Name rerunOf,
        Map<String, Double> metrics,
        @Nullable List<Attempt.View> attempts) {

    static Resource<JobSpec, JobView> of(
            JobFacts job, JobSpec spec, Map<String, Double> metrics, @Nullable Integer position, Instant now) {
        return resource(job, spec, status(job, metrics, position, null, now));
    }

    static Resource<JobSpec, JobView> whole(TrainingJob job, Map<String, Double> metrics, int position, Instant now) {
        var attempts = job.attempts().stream().map(Attempt::view).toList();
        var place = job.status() == JobStatus.QUEUED ? Integer.valueOf(position) : null;
        return resource(job.facts(), job.spec(), status(job.facts(), metrics, place, attempts, now));
    }

    private static JobView status(
            JobFacts job,
            Map<String, Double> metrics,
            @Nullable Integer position,
            @Nullable List<Attempt.View> attempts,
            Instant now) {
        return new JobView(
                job.status(),
                job.status().label(),
                job.reasonCode(),
                job.sentence(),
                position,
                job.startedAt(),
                job.finishedAt(),
                job.unknownSince(),
                job.unknownReason(),
                seconds(job.createdAt(), job.admittedAt() == null ? job.finishedAt() : job.admittedAt(), now),
                job.startedAt() == null ? null : seconds(job.startedAt(), job.finishedAt(), now),
                job.runId(),
                job.rerunOf(),
                metrics,
                attempts);
    }

    private static Resource<JobSpec, JobView> resource(JobFacts job, JobSpec spec, JobView status) {
        return Resource.of(
                "Job",
                new Metadata(
                        job.name().value(),
                        job.namespace().value(),
                        job.id(),
                        job.labels(),
                        job.version(),
                        job.createdAt(),
                        job.createdBy()),
                spec,
                status);
    }

    private static Double seconds(Instant from, @Nullable Instant to, Instant now) {
        return Math.max(0, Duration.between(from, to == null ? now : to).toMillis()) / 1000.0;
    }
}
