package dev.tidewright.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.cluster.NamespaceGoing;
import dev.tidewright.cluster.PodFields;
import dev.tidewright.events.KeptEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Says why a job is not doing what one would like, and what to do about it. Pure. */
final class JobDiagnosis {

    private static final String NOT_THE_JOB = "tell an admin of the cluster: nothing about the job itself is wrong";

    private JobDiagnosis() {}

    /**
     * One answer to "why?".
     *
     * @param code stable, like a reason code
     * @param sentence what is the matter
     * @param nextStep what the reader can do
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Finding(
            String code,
            String sentence,
            String nextStep,
            @Nullable Instant since) {}

    /**
     * The most pressing first; empty when there is nothing to explain.
     *
     * @param position place in the queue, 1 is next; 0 when it does not wait
     */
    static List<Finding> of(JobFacts job, JobSpec spec, List<Attempt.View> attempts, int position) {
        var findings = new ArrayList<Finding>();
        unknown(job).ifPresent(findings::add);
        switch (job.status()) {
            case QUEUED ->
                findings.add(new Finding(
                        "QUOTA",
                        (position > 0 ? "number " + position + " in the queue: " : "") + job.sentence(),
                        "wait until other jobs end, ask for less, or ask an admin of " + job.namespace()
                                + " for more quota",
                        job.createdAt()));
            case STARTING -> starting(job, spec, attempts, findings);
            case RUNNING -> running(attempts, findings);
            case STOPPING ->
                findings.add(new Finding(
                        "STOPPING", job.sentence(), "its processes have ten seconds to end by themselves", null));
            case FAILED, CANCELLED ->
                findings.add(new Finding(
                        code(job.reasonCode()), job.sentence(), advice(job.reasonCode(), spec), job.finishedAt()));
            case SUCCEEDED -> {
                if (job.sentence().startsWith(ReasonCode.COMPLETED.words() + ";")) {
                    findings.add(new Finding(
                            "VALUES_REFUSED",
                            job.sentence(),
                            "read the log for the lines of metrics.jsonl and what is wrong with them",
                            job.finishedAt()));
                }
            }
        }
        return findings;
    }

    /** Why nothing can be seen of it. */
    private static Optional<Finding> unknown(JobFacts job) {
        var why = job.unknownReason() == null ? "the cluster does not answer" : job.unknownReason();
        if (job.unknownSince() == null) {
            return Optional.empty();
        }
        return Optional.of(
                NamespaceGoing.says(why)
                        ? new Finding(
                                "NAMESPACE_GOING",
                                why,
                                "nothing: what ran is repeated in another attempt then; if it stays like this, an admin of the"
                                        + " cluster can look what holds the namespace (kubectl get namespace -o yaml)",
                                job.unknownSince())
                        : new Finding(
                                "CLUSTER_UNREACHABLE",
                                why + ", so nothing is known about the job since then",
                                "nothing is lost: the job goes on by itself; tell an admin of the platform if it stays like"
                                        + " this",
                                job.unknownSince()));
    }

    /** Where nothing else explains it, what the cluster warned of last does, also when it has forgotten it since. */
    static List<Finding> with(List<Finding> findings, JobFacts job, Optional<KeptEvent> warned) {
        var unexplained = (job.status() == JobStatus.STARTING && job.reasonCode() == null && job.unknownSince() == null)
                || (job.reasonCode() == ReasonCode.LOST && job.status().terminal());
        if (!unexplained || warned.isEmpty()) {
            return findings;
        }
        var event = warned.get();
        var all = new ArrayList<>(findings);
        all.add(new Finding(
                "CLUSTER_EVENT",
                "the cluster said of " + event.object() + ": " + event.message() + " (" + event.reason()
                        + (event.count() > 1 ? ", " + event.count() + " times" : "") + ")",
                "look at the job's events for what came before",
                event.lastAt()));
        return all;
    }

    private static void starting(JobFacts job, JobSpec spec, List<Attempt.View> attempts, List<Finding> findings) {
        if (job.reasonCode() == null) {
            pulling(attempts, findings);
        } else {
            findings.add(new Finding(
                    job.reasonCode().name(),
                    job.sentence().isEmpty() ? job.reasonCode().words() : job.sentence(),
                    switch (job.reasonCode()) {
                        case NO_CAPACITY -> "it starts when something else on the cluster ends; or ask for less";
                        case UNSCHEDULABLE -> PodFields.FITTING;
                        case NODE_MISMATCH ->
                            mismatch(spec, "tell an admin of the cluster: the nodes' labels or taints keep it off");
                        case IMAGE_SLOW -> "nothing: the next job with this image on the same node starts at once";
                        case IMAGE_PULL ->
                            "correct the image's name if it is wrong; it is tried again for some minutes, then the job"
                                    + " fails";
                        case CONTAINER_CONFIG, POD_REFUSED ->
                            "tell an admin of the cluster; it is tried again for some minutes, then the job fails";
                        case QUOTA -> "it starts when something else in the namespace ends";
                        case EXIT_CODE,
                                OUT_OF_MEMORY,
                                DEADLINE_EXCEEDED,
                                ENVIRONMENT_FAILED,
                                SOURCE_INVALID,
                                SOURCE_UNAVAILABLE,
                                COMMAND_NOT_FOUND,
                                NOTEBOOK_FAILED,
                                UPLOAD_FAILED,
                                IMAGE_UNSUPPORTED,
                                CANCELLED,
                                LOST,
                                COMPLETED -> "the next attempt starts by itself";
                    },
                    attempts.isEmpty() ? job.admittedAt() : attempts.getLast().createdAt()));
        }
    }

    private static void pulling(List<Attempt.View> attempts, List<Finding> findings) {
        lastStage(attempts, Attempt.PULLING)
                .ifPresent(stage -> findings.add(new Finding(
                        stage.phase(),
                        "it " + stage.message() + " to be on its node",
                        "nothing: the next job with this image on the same node starts at once",
                        stage.since())));
    }

    private static Optional<Attempt.StageView> lastStage(List<Attempt.View> attempts, String phase) {
        return attempts.isEmpty() || attempts.getLast().stages().isEmpty()
                ? Optional.empty()
                : Optional.of(attempts.getLast().stages().getLast())
                        .filter(stage -> stage.phase().equals(phase));
    }

    private static void running(List<Attempt.View> attempts, List<Finding> findings) {
        if (attempts.size() > 1) {
            var before = attempts.get(attempts.size() - 2);
            findings.add(new Finding(
                    code(before.reasonCode()),
                    "this is attempt " + attempts.size() + "; attempt " + before.number() + " ended: "
                            + before.sentence(),
                    "read the log of attempt " + before.number(),
                    before.endedAt()));
        }
        lastStage(attempts, "BUILDING_ENVIRONMENT")
                .ifPresent(stage -> findings.add(new Finding(
                        stage.phase(),
                        "its environment is being built",
                        "the next job with the same requirements starts without this",
                        stage.since())));
    }

    /** Labels that its own spec asks for are its own to correct. */
    private static String mismatch(JobSpec spec, String otherwise) {
        return spec.pod() == null || spec.pod().nodeSelector().isEmpty() ? otherwise : PodFields.SELECTING;
    }

    private static String code(@Nullable ReasonCode reason) {
        return reason == null ? "UNKNOWN" : reason.name();
    }

    private static String advice(@Nullable ReasonCode reason, JobSpec spec) {
        if (reason == null) {
            return "read the log";
        }
        return switch (reason) {
            case EXIT_CODE, NOTEBOOK_FAILED ->
                "read the end of the log, correct the code and run it again with changes";
            case OUT_OF_MEMORY ->
                "run it again with more memory than " + spec.resources().memory() + ", or with less data at once";
            case DEADLINE_EXCEEDED -> "run it again with a deadline longer than " + spec.deadline();
            case ENVIRONMENT_FAILED ->
                "read the log for the package that could not be installed and correct the requirements";
            case SOURCE_INVALID -> "look at the source and the entry point, and upload it again";
            case SOURCE_UNAVAILABLE, UPLOAD_FAILED, LOST ->
                "run it again; if it happens twice, tell an admin of the platform";
            case COMMAND_NOT_FOUND ->
                "check the command's spelling, or add the package that brings it to the requirements";
            case IMAGE_UNSUPPORTED ->
                "give a source and requirements instead of an image, or use a cluster with containers";
            case UNSCHEDULABLE, NO_CAPACITY -> PodFields.FITTING;
            case NODE_MISMATCH -> mismatch(spec, NOT_THE_JOB);
            case CONTAINER_CONFIG, POD_REFUSED -> NOT_THE_JOB;
            case IMAGE_PULL, IMAGE_SLOW ->
                "check the image's name and tag, and that its registry gives it to the cluster; then run it again";
            case QUOTA -> "ask an admin of the namespace for more quota";
            case CANCELLED -> "run it again if it was stopped by mistake";
            case COMPLETED -> "nothing";
        };
    }
}
