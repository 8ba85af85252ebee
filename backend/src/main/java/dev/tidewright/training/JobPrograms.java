package dev.tidewright.training;

import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Workload;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.OwnAddress;
import dev.tidewright.tenancy.WorkloadTokens;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.stereotype.Component;

/** Describes attempts to the cluster; the same attempt always in the same way. */
@Component
class JobPrograms {

    /** A job that is given one of its own logs there, and gets nothing of ours. */
    private static final String TRACKING_URI = "MLFLOW_TRACKING_URI";

    private final WorkloadTokens tokens;
    private final OwnAddress own;
    private final TrainingSettings settings;

    JobPrograms(WorkloadTokens tokens, OwnAddress own, TrainingSettings settings) {
        this.tokens = tokens;
        this.own = own;
        this.settings = settings;
    }

    Workload.Batch batch(JobState job, Attempt.Snapshot attempt) {
        return new Workload.Batch(
                job.workload(attempt),
                program(job, attempt),
                job.spec().resources(),
                settings.stopGrace(),
                job.deadline(attempt));
    }

    private Program program(JobState job, Attempt.Snapshot attempt) {
        var environment = new TreeMap<>(job.spec().environment());
        environment.put("TIDEWRIGHT_API", own.api());
        environment.put("TIDEWRIGHT_NAMESPACE", job.namespace().value());
        environment.put("TIDEWRIGHT_JOB", job.name().value());
        environment.put("TIDEWRIGHT_JOB_ID", job.id().toString());
        environment.put("TIDEWRIGHT_ATTEMPT", Integer.toString(attempt.number()));
        if (job.spec().image() != null) {
            // The launcher tells its own programs; whatever runs in an image only has what it is started with.
            job.spec()
                    .parameters()
                    .forEach((name, value) -> environment.put(
                            "TIDEWRIGHT_PARAM_"
                                    + name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT),
                            String.valueOf(value)));
        }
        Map<String, String> secrets = new TreeMap<>();
        secrets.put("TIDEWRIGHT_TOKEN", tokens.issue(TrainingService.JOB, job.id(), job.namespace()));
        if (job.runId() != null && !environment.containsKey(TRACKING_URI)) {
            environment.put(TRACKING_URI, own.api());
            environment.putIfAbsent("MLFLOW_RUN_ID", Ids.hex(job.runId()));
            if (!environment.containsKey("MLFLOW_EXPERIMENT_NAME")) {
                environment.putIfAbsent("MLFLOW_EXPERIMENT_ID", Long.toString(job.experiment()));
            }
            secrets.put("MLFLOW_TRACKING_TOKEN", tokens.issue(WorkloadTokens.PROGRAM, attempt.id(), job.namespace()));
        }
        return new Program(entry(job.spec()), environment, secrets, job.spec().pod());
    }

    private static Program.Entry entry(JobSpec spec) {
        return spec.image() == null
                ? new Program.Launcher(List.of("job"))
                : new Program.Image(
                        spec.image(), spec.command() == null ? List.of() : spec.command(), true, spec.source() != null);
    }
}
