package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Exit;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** How a Job ended whose pod is gone: all that is left of it is in the Job. Pure. */
final class JobEnds {

    private static final Pattern EXITED = Pattern.compile("failed with exit code (\\d+)");
    private static final Set<Integer> BY_FORCE = Set.of(137, 143);

    private JobEnds() {}

    static Optional<Ends> of(Job job, Instant now) {
        if (job.getStatus() == null) {
            return Optional.empty();
        }
        return condition(job, "Complete")
                .map(well -> new Ends(0, "COMPLETED", "", "", Times.of(well.getLastTransitionTime(), now)))
                .or(() -> condition(job, "Failed").map(ill -> failed(ill, now)));
    }

    private static Ends failed(JobCondition condition, Instant now) {
        var at = Times.of(condition.getLastTransitionTime(), now);
        var told = String.valueOf(condition.getMessage());
        if (told.contains("DisruptionTarget")) {
            return Ends.lost("the cluster took its pod away: evicted, preempted, or its node went", at);
        }
        var exited = EXITED.matcher(told);
        if (!exited.find()) {
            return Ends.lost("its pod is gone and nobody saw how it ended", at);
        }
        var code = Integer.parseInt(exited.group(1));
        return BY_FORCE.contains(code)
                ? Ends.lost("its pod was deleted while it ran, by somebody else than this platform", at)
                : new Ends(
                        code,
                        "EXIT_CODE",
                        Exit.words(code) + "; its pod is gone, and with it what it said last",
                        "",
                        at);
    }

    private static Optional<JobCondition> condition(Job job, String type) {
        return job.getStatus().getConditions().stream()
                .filter(condition -> type.equals(condition.getType()) && "True".equals(condition.getStatus()))
                .findFirst();
    }
}
