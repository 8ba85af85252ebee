package dev.tidewright.training;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Jobs in few words, for the home page. */
@Component
public class JobSummaries {

    private final JobReader reader;

    JobSummaries(JobReader reader) {
        this.reader = reader;
    }

    /**
     * One job.
     *
     * @param phase as in the API, e.g. {@code RUNNING}
     * @param message why it is where it is; empty when there is nothing to explain
     * @param queuePosition 1 is next; null when it does not wait
     */
    public record JobSummary(
            String name,
            String phase,
            String label,
            String message,
            @Nullable Integer queuePosition,
            Instant createdAt,
            @Nullable Instant finishedAt,
            @Nullable Double runSeconds,
            Map<String, Double> metrics) {}

    /** Those that have not ended, newest first. */
    public List<JobSummary> active(Name namespace, int limit) {
        return list(namespace, new JobQuery(null, null, null, null, true, null), limit);
    }

    /** Those that failed, newest first. */
    public List<JobSummary> failed(Name namespace, int limit) {
        return list(namespace, new JobQuery("FAILED", null, null, null, false, null), limit);
    }

    /** How many have not ended. */
    public long countActive(Name namespace) {
        return reader.count(namespace, new JobQuery(null, null, null, null, false, null)).entrySet().stream()
                .filter(count -> !count.getKey().terminal())
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** True when there has ever been one. */
    public boolean any(Name namespace) {
        return !list(namespace, new JobQuery(null, null, null, null, false, null), 1)
                .isEmpty();
    }

    private List<JobSummary> list(Name namespace, JobQuery query, int limit) {
        return reader.list(namespace, query, limit).items().stream()
                .map(JobSummaries::summary)
                .toList();
    }

    private static JobSummary summary(Resource<JobSpec, JobView> job) {
        var status = job.status();
        return new JobSummary(
                job.metadata().name(),
                status.phase().name(),
                status.label(),
                status.message(),
                status.queuePosition(),
                job.metadata().createdAt(),
                status.finishedAt(),
                status.runSeconds(),
                status.metrics());
    }
}
