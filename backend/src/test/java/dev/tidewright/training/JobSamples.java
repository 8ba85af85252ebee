package dev.tidewright.training;

import dev.tidewright.cluster.Exit;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.PodFields;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Jobs for tests that need no database. */
final class JobSamples {

    static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    static final Actor ANA = Actor.user("ana");

    private JobSamples() {}

    static SubmitJob asked(@Nullable String name, SubmitJob.@Nullable Retries retries, @Nullable String deadline) {
        return new SubmitJob(
                name,
                null,
                null,
                List.of("true"),
                null,
                Map.of(),
                null,
                null,
                null,
                retries,
                deadline,
                null,
                null,
                null,
                null,
                null);
    }

    static SubmitJob ofImage(String image) {
        return of(image, null);
    }

    static SubmitJob on(PodFields pod) {
        return of(null, pod);
    }

    private static SubmitJob of(@Nullable String image, @Nullable PodFields pod) {
        return new SubmitJob(
                "train",
                null,
                null,
                List.of("true"),
                image,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                pod);
    }

    static TrainingJob queued(SubmitJob command) {
        var place = new TrainingJob.Place(UUID.randomUUID(), UUID.randomUUID(), Name.of("demo"), Name.of("train"));
        return new TrainingJob(place, JobRules.spec(command, null), Map.of(), null, ANA, NOON);
    }

    static TrainingJob starting(SubmitJob command) {
        var job = queued(command);
        job.admit(NOON);
        return job;
    }

    static TrainingJob running(SubmitJob command) {
        var job = starting(command);
        job.observed(1, seen(Observation.Phase.RUNNING, null), NOON);
        return job;
    }

    static Observation seen(Observation.Phase phase, @Nullable Exit exit) {
        var id = new WorkloadId(Name.of("demo"), "job", "train-a1");
        return new Observation(id, phase, "", "", List.of(), NOON, exit);
    }

    static Exit exit(int code, String reason, String lastWords) {
        return new Exit(code, reason, lastWords, 0, NOON);
    }

    static Ending failure(int code) {
        return new Ending(ReasonCode.EXIT_CODE, "exit code " + code, code, 0, NOON);
    }
}
