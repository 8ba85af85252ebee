package dev.tidewright.training;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.FailPoints;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.reconcile.Next;
import dev.tidewright.reconcile.Reconciler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Brings jobs forward: looks, decides by {@link JobStep}, acts, writes down. May die between any two of these. */
@Component
class TrainingReconciler implements Reconciler {

    private static final Next SOON = Next.again(Duration.ofMillis(500));

    private final Cluster cluster;
    private final AttemptService attempts;
    private final JobPrograms programs;
    private final JobLogs logs;
    private final InstantSource clock;
    private final TrainingSettings settings;

    TrainingReconciler(
            Cluster cluster,
            AttemptService attempts,
            JobPrograms programs,
            JobLogs logs,
            InstantSource clock,
            TrainingSettings settings) {
        this.cluster = cluster;
        this.attempts = attempts;
        this.programs = programs;
        this.logs = logs;
        this.clock = clock;
        this.settings = settings;
    }

    @Override
    public String kind() {
        return TrainingService.JOB;
    }

    @Override
    public Next reconcile(UUID id) {
        var job = attempts.state(id);
        if (job.isEmpty()) {
            return Next.done();
        }
        try {
            return carryOut(
                    JobStep.next(job.get(), observe(job.get()), settings.stopGrace(), clock.instant()), job.get());
        } catch (ClusterUnavailable away) {
            attempts.unknown(id, String.valueOf(away.getMessage()));
            return Next.again(settings.away());
        }
    }

    private Observation observe(JobState job) {
        var current = job.current();
        return current.isPresent() && job.remains().isEmpty()
                ? cluster.observe(job.workload(current.get()))
                : Observation.absent(new WorkloadId(
                        job.namespace(), TrainingService.JOB, job.name().value()));
    }

    private Next carryOut(JobStep step, JobState job) {
        return switch (step) {
            case JobStep.Rest rest -> Next.done();
            case JobStep.Admit admit -> admit(job);
            case JobStep.Launch launch -> launch(job, launch.attempt());
            case JobStep.Watch watch -> {
                if (!watch.seen().altered().isEmpty() && cluster.repair(programs.batch(job, watch.attempt()))) {
                    attempts.repaired(job.id(), watch.seen().altered());
                }
                attempts.observed(job, watch.attempt(), watch.seen());
                yield look(watch.attempt());
            }
            case JobStep.Stop stop -> {
                // Not deleted before its end: with it would go what it says until then.
                cluster.stop(job.workload(stop.attempt()));
                yield SOON;
            }
            case JobStep.Conclude conclude -> conclude(job, conclude);
            case JobStep.Clear clear -> clear(job, clear);
        };
    }

    private Next launch(JobState job, Attempt.Snapshot attempt) {
        FailPoints.reach("job.apply.before");
        cluster.apply(programs.batch(job, attempt));
        FailPoints.reach("job.apply.after");
        attempts.observed(job, attempt, cluster.observe(job.workload(attempt)));
        return look(attempt);
    }

    /**
     * Hints of the cluster bring passes; that one is lost is the rarer the longer nothing has happened. Thousands of jobs that
     * wait for room must not take the processors from those that end.
     */
    private Next look(Attempt.Snapshot attempt) {
        var since = attempt.startedAt() == null ? attempt.createdAt() : attempt.startedAt();
        var age = Duration.between(since, clock.instant()).toMillis();
        var longest = settings.watch().toMillis();
        return Next.again(Duration.ofMillis(Math.clamp(age, longest / 60, longest)));
    }

    private Next admit(JobState job) {
        try {
            boolean asked;
            do {
                asked = attempts.admit(job);
            } while (!asked);
        } catch (Refusal.NotFound namespaceGone) {
            return Next.done();
        }
        var now = attempts.state(job.id());
        if (now.isEmpty() || now.get().status() == JobStatus.QUEUED) {
            return Next.done();
        }
        // Nobody but this pass can have begun its first attempt: there is nothing to look for.
        var first = now.get().current();
        return now.get().status() == JobStatus.STARTING && first.isPresent()
                ? launch(now.get(), first.get())
                : reconcile(job.id());
    }

    private Next conclude(JobState job, JobStep.Conclude step) {
        logs.keep(job, step.attempt());
        attempts.ended(job.id(), step.attempt().number(), step.ending());
        FailPoints.reach("job.finish.after-record");
        return reconcile(job.id());
    }

    private Next clear(JobState job, JobStep.Clear step) {
        step.attempts().forEach(attempt -> cluster.delete(job.workload(attempt)));
        attempts.cleared(
                job.id(), step.attempts().stream().map(Attempt.Snapshot::number).toList());
        return job.status().terminal() ? Next.done() : reconcile(job.id());
    }
}
