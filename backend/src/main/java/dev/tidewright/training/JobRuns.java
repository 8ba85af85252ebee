package dev.tidewright.training;

import dev.tidewright.kernel.Actor;
import dev.tidewright.tracking.Experiment;
import dev.tidewright.tracking.ExperimentService;
import dev.tidewright.tracking.RunSource;
import dev.tidewright.tracking.RunStatus;
import dev.tidewright.tracking.StartRun;
import dev.tidewright.tracking.Tracking;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** What jobs record in {@code tracking}: one run of their own for all attempts, and what their programs begin beside it. */
@Component
class JobRuns {

    private static final Actor SYSTEM = Actor.system("training");

    private final Tracking tracking;
    private final ExperimentService experiments;
    private final JsonMapper json;

    JobRuns(Tracking tracking, ExperimentService experiments, JsonMapper json) {
        this.tracking = tracking;
        this.experiments = experiments;
        this.json = json;
    }

    void start(TrainingJob job, Actor actor) {
        var spec = job.spec();
        var experiment = spec.experiment() == null
                ? Experiment.DEFAULT
                : experiments.ensure(job.namespace(), spec.experiment(), actor);
        var run = tracking.startRun(new StartRun(
                job.namespace(),
                job.name().value(),
                experiment,
                spec.experiment() == null,
                source(job),
                tags(job, actor),
                null,
                actor));
        var params = new TreeMap<String, String>();
        spec.parameters().forEach((key, value) -> params.put(key, text(value)));
        tracking.log(run, List.of(), params);
        job.recordInto(run, experiment);
    }

    /** Nothing runs any more of what the job's last attempt has begun; the job's own run is over when the job is. */
    void end(TrainingJob job) {
        var run = job.runId();
        if (run == null) {
            return;
        }
        var outcome = switch (job.status()) {
            case SUCCEEDED -> RunStatus.FINISHED;
            case CANCELLED -> RunStatus.KILLED;
            case FAILED, QUEUED, STARTING, RUNNING, STOPPING -> RunStatus.FAILED;
        };
        tracking.endBeside(source(job), outcome, "job \"" + job.name() + "\" has ended it", SYSTEM);
        if (job.status().terminal()) {
            tracking.end(run, outcome, job.sentence(), SYSTEM);
        }
    }

    private static RunSource source(TrainingJob job) {
        return RunSource.job(job.id(), job.name().value());
    }

    /** What MLflow's clients and pages know a run by. */
    private static Map<String, String> tags(TrainingJob job, Actor actor) {
        var tags = new TreeMap<>(
                Map.of("mlflow.runName", job.name().value(), "mlflow.user", actor.name(), "mlflow.source.type", "JOB"));
        var source = job.spec().source();
        if (source != null) {
            var entryPoint = job.spec().entryPoint();
            tags.put("mlflow.source.name", entryPoint == null ? source.fileName() : entryPoint);
        }
        return tags;
    }

    private String text(Object value) {
        return value instanceof String string ? string : json.writeValueAsString(value);
    }
}
