package dev.tidewright.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Resources;
import dev.tidewright.tenancy.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What submitting would do.
 *
 * @param objects what would be made
 * @param quota what it takes of the namespace's quota, or what is missing
 * @param starts true when it would start at once
 * @param queuePosition its place in the queue when it would wait; 1 is next
 * @param warnings what is allowed, but probably not meant
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JobPlan(
        List<Planned> objects,
        JobSpec spec,
        String quota,
        boolean starts,
        @Nullable Integer queuePosition,
        List<String> warnings) {

    /** One object. */
    record Planned(String kind, String name) {}

    static JobPlan of(TrainingJob job, Verdict verdict, Resources free, int position) {
        var objects = List.of(
                new Planned("Job", job.name().value()),
                new Planned("Run", job.name().value()));
        var amount = job.spec().resources();
        return switch (verdict) {
            case Verdict.Granted granted ->
                new JobPlan(
                        objects,
                        job.spec(),
                        "takes " + amount.cpu() + " of " + free.cpu() + " free cpu and " + amount.memory() + " of "
                                + free.memory() + " free memory in " + job.namespace(),
                        true,
                        null,
                        warnings(job.spec()));
            case Verdict.Waiting waiting ->
                new JobPlan(objects, job.spec(), waiting.sentence(), false, position, warnings(job.spec()));
        };
    }

    JobPlan warned(List<String> all) {
        return new JobPlan(objects, spec, quota, starts, queuePosition, all);
    }

    JobPlan neverStarting(String why) {
        var more = new ArrayList<>(warnings);
        more.addFirst("it would wait until there is a larger node: it " + why);
        return new JobPlan(objects, spec, quota, false, queuePosition, more);
    }

    private static List<String> warnings(JobSpec spec) {
        var warnings = new ArrayList<String>();
        if (spec.keep().isEmpty()) {
            warnings.add("keep is empty: nothing that the job writes will be kept");
        }
        if (spec.source() != null
                && spec.requirements() == null
                && !spec.source().kind().equals("archive")) {
            warnings.add(
                    "no requirements are given: only Python's standard library and what the platform's launcher needs"
                            + " will be there");
        }
        if (spec.image() != null && spec.requirements() != null) {
            warnings.add("with an image, the image brings the packages: requirements are not installed");
        }
        return warnings;
    }
}
