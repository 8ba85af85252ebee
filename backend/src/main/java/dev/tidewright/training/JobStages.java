package dev.tidewright.training;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The steps of a job as its page shows them: what is done, what runs, what is still to come. Pure. */
final class JobStages {

    private static final List<String> PHASES = List.of("FETCHING", "BUILDING_ENVIRONMENT", "RUNNING", "UPLOADING");
    private static final List<String> LABELS = List.of("Fetch source", "Environment", "Run", "Keep results");

    private static final int NOWHERE = -1;
    private static final int FETCHING = PHASES.indexOf("FETCHING");
    private static final int BUILDING = PHASES.indexOf("BUILDING_ENVIRONMENT");
    private static final int RUNNING = PHASES.indexOf("RUNNING");
    private static final int UPLOADING = PHASES.indexOf("UPLOADING");

    private JobStages() {}

    /**
     * One step.
     *
     * @param st the state whose colour and shape it wears; null when it is still to come
     * @param since when it began; null when it has not
     * @param seconds how long it took; null while it lasts
     */
    record Stage(
            String label,
            @Nullable String st,
            @Nullable Instant since,
            @Nullable Double seconds,
            String note,
            boolean current) {}

    static List<Stage> of(JobView job, Instant submitted) {
        var stages = new ArrayList<Stage>();
        var attempts = job.attempts() == null ? List.<Attempt.View>of() : job.attempts();
        var waits = job.phase() == JobStatus.QUEUED;
        stages.add(new Stage(
                "Queue", waits ? "queued" : "succeeded", submitted, waits ? null : job.waitedSeconds(), "", waits));
        var last = attempts.isEmpty() ? null : attempts.getLast();
        var broken = job.phase() == JobStatus.FAILED ? broken(job.reason(), last) : NOWHERE;
        for (var at = 0; at < PHASES.size(); at++) {
            stages.add(stage(last, at, broken));
        }
        stages.add(new Stage(
                job.phase().terminal() ? job.label() : "Done",
                job.phase().terminal() ? st(job.phase()) : null,
                job.finishedAt(),
                null,
                "",
                job.phase().terminal()));
        return stages;
    }

    /** An image is the environment that a job brings along. */
    private static int at(String phase) {
        return phase.equals(Attempt.PULLING) ? BUILDING : PHASES.indexOf(phase);
    }

    private static Stage stage(Attempt.@Nullable View attempt, int at, int broken) {
        var label = LABELS.get(at);
        var reported = attempt == null
                ? List.<Attempt.StageView>of()
                : attempt.stages().stream().filter(one -> at(one.phase()) == at).toList();
        if (reported.isEmpty()) {
            var passed = attempt != null && attempt.stages().stream().anyMatch(one -> at(one.phase()) > at);
            return new Stage(
                    label,
                    at == broken ? "failed" : passed ? "succeeded" : null,
                    null,
                    null,
                    passed && at != broken ? "not needed" : "",
                    false);
        }
        var stage = reported.getLast();
        var open = attempt != null && attempt.endedAt() == null && stage.seconds() == null;
        return new Stage(
                stage.phase().equals(Attempt.PULLING) ? "Image" : label,
                at == broken ? "failed" : open ? "running" : "succeeded",
                stage.since(),
                stage.seconds(),
                stage.message(),
                open);
    }

    /** The step to blame: outputs are kept of a run that failed too, so the last one that was reached is not always it. */
    private static int broken(@Nullable ReasonCode reason, Attempt.@Nullable View attempt) {
        var reached = attempt == null || attempt.stages().isEmpty()
                ? NOWHERE
                : at(attempt.stages().getLast().phase());
        return switch (reason) {
            case SOURCE_INVALID, SOURCE_UNAVAILABLE -> FETCHING;
            case ENVIRONMENT_FAILED -> BUILDING;
            case COMMAND_NOT_FOUND -> RUNNING;
            case EXIT_CODE, NOTEBOOK_FAILED -> Math.min(reached, RUNNING);
            case UPLOAD_FAILED -> UPLOADING;
            case null -> reached;
            case QUOTA,
                    NO_CAPACITY,
                    UNSCHEDULABLE,
                    NODE_MISMATCH,
                    IMAGE_SLOW,
                    IMAGE_PULL,
                    CONTAINER_CONFIG,
                    POD_REFUSED,
                    OUT_OF_MEMORY,
                    DEADLINE_EXCEEDED,
                    IMAGE_UNSUPPORTED,
                    CANCELLED,
                    LOST,
                    COMPLETED -> reached;
        };
    }

    private static String st(JobStatus status) {
        return switch (status) {
            case QUEUED -> "queued";
            case STARTING -> "starting";
            case RUNNING -> "running";
            case STOPPING, CANCELLED -> "cancelled";
            case SUCCEEDED -> "succeeded";
            case FAILED -> "failed";
        };
    }
}
