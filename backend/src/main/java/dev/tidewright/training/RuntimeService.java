package dev.tidewright.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tracking.MetricPoint;
import dev.tidewright.tracking.Tracking;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** What an attempt that runs may ask and tell. Once it has ended nothing more is taken from it. */
@Service
@Transactional
class RuntimeService {

    private final TrainingJobs jobs;
    private final Tracking tracking;
    private final InstantSource clock;

    RuntimeService(TrainingJobs jobs, Tracking tracking, InstantSource clock) {
        this.jobs = jobs;
        this.tracking = tracking;
        this.clock = clock;
    }

    /** What to run. Also told to an attempt that has ended, with {@code terminated}, so that it can go away quietly. */
    @Transactional(readOnly = true)
    public Task task(UUID id, int number) {
        var job = require(id);
        var attempt = job.state().requireAttempt(number);
        var spec = job.spec();
        return new Task(
                job.name(),
                job.namespace(),
                number,
                spec.source(),
                spec.entryPoint(),
                spec.command(),
                spec.parameters(),
                spec.requirements(),
                spec.keep(),
                attempt.endedAt() != null || job.status() == JobStatus.STOPPING);
    }

    /** Refuses once the job's last attempt has ended. */
    @Transactional(readOnly = true)
    public JobState live(UUID id) {
        var job = require(id);
        requireLive(job);
        return job.state();
    }

    /** The attempt whose outputs these are. */
    @Transactional(readOnly = true)
    public Attempt.Snapshot live(UUID id, int number) {
        return require(id).live(number).snapshot();
    }

    public void log(UUID id, List<MetricPoint> points, Map<String, String> parameters) {
        var job = require(id);
        requireLive(job);
        if (job.runId() != null) {
            tracking.log(job.runId(), points, parameters);
        }
    }

    public void stage(UUID id, int number, String phase, String message) {
        var job = jobs.lock(id).orElseThrow(() -> new Refusal.NotFound("job", id));
        job.stage(number, phase, message, clock.instant());
        jobs.save(job);
    }

    private static void requireLive(TrainingJob job) {
        var state = job.state();
        if (state.current().isEmpty()) {
            throw job.attemptEnded(state.attempts().size());
        }
    }

    private TrainingJob require(UUID id) {
        return jobs.findById(id).orElseThrow(() -> new Refusal.NotFound("job", id));
    }

    /** An attempt as its launcher sees it. */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Task(
            Name job,
            Name namespace,
            int attempt,
            JobSpec.@Nullable JobSource source,
            @Nullable String entryPoint,
            @Nullable List<String> command,
            Map<String, Object> parameters,
            @Nullable List<String> requirements,
            List<String> keep,
            boolean terminated) {}
}
