package dev.tidewright.training;

import dev.tidewright.catalog.ModelSources;
import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.Namespaces;
import dev.tidewright.tracking.Tracking;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Tells the catalog what jobs have left behind. */
@Component
class JobModelSources implements ModelSources {

    private final TrainingJobs jobs;
    private final Namespaces namespaces;
    private final Tracking tracking;

    JobModelSources(TrainingJobs jobs, Namespaces namespaces, Tracking tracking) {
        this.jobs = jobs;
        this.namespaces = namespaces;
        this.tracking = tracking;
    }

    @Override
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Candidate> find(Name namespace, Name name, @Nullable Integer number) {
        // Held until the caller's version is written: whoever deletes the job then sees the version.
        var known = jobs.findByNamespaceIdAndName(namespaces.require(namespace).id(), name)
                .flatMap(found -> jobs.hold(found.id()));
        if (known.isEmpty()) {
            return Optional.empty();
        }
        var job = known.get();
        return job.attempts().stream()
                .filter(attempt -> number == null || attempt.number() == number)
                .reduce((earlier, later) -> later)
                .map(attempt -> candidate(job, attempt));
    }

    private Candidate candidate(TrainingJob job, Attempt attempt) {
        var spec = job.spec();
        var run = job.runId();
        return new Candidate(
                job.id(),
                job.name(),
                attempt.number(),
                JobSources.outputs(attempt.id()),
                attempt.reasonCode() == ReasonCode.COMPLETED,
                job.status().label().toLowerCase(java.util.Locale.ROOT),
                spec.source() == null ? null : spec.source().digest(),
                run == null ? Map.of() : tracking.params(run),
                run == null ? Map.of() : tracking.latest(run),
                spec.requirements() == null ? List.of() : spec.requirements(),
                run);
    }
}
