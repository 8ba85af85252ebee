package dev.tidewright.training;

import dev.tidewright.cluster.Observation;
import dev.tidewright.kernel.FailPoints;
import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.QuotaLedger;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Writes down what the reconciler found. Everything here may be repeated: a pass that died begins anew. */
@Service
@Transactional
class AttemptService {

    private final TrainingJobs jobs;
    private final QuotaLedger ledger;
    private final AdmissionService admission;
    private final JobSources sources;
    private final InstantSource clock;

    AttemptService(
            TrainingJobs jobs,
            QuotaLedger ledger,
            AdmissionService admission,
            JobSources sources,
            InstantSource clock) {
        this.jobs = jobs;
        this.ledger = ledger;
        this.admission = admission;
        this.sources = sources;
        this.clock = clock;
    }

    @Transactional(readOnly = true)
    public Optional<JobState> state(UUID id) {
        return jobs.findById(id).map(TrainingJob::state);
    }

    /** Asks for its part of the quota, and for others that came before it; false when it may not have been its turn. */
    public boolean admit(JobState job) {
        return admission.admitNew(job.namespaceId());
    }

    /** Without a word where it would say what is known. */
    public void observed(JobState known, Attempt.Snapshot attempt, Observation seen) {
        if (known.shows(attempt, seen)) {
            return;
        }
        jobs.lock(known.id()).ifPresent(job -> {
            job.observed(attempt.number(), seen, clock.instant());
            jobs.save(job);
        });
    }

    /**
     * Keeps that something of it was put back.
     *
     * @param altered what others had changed of it in the cluster and what became of that, a sentence each
     */
    public void repaired(UUID id, List<String> altered) {
        jobs.lock(id).ifPresent(job -> {
            altered.forEach(what -> job.repaired(what, clock.instant()));
            jobs.save(job);
        });
    }

    public void unknown(UUID id, String why) {
        jobs.lock(id).ifPresent(job -> {
            job.unknown(why, clock.instant());
            jobs.save(job);
        });
    }

    public void logKept(UUID id, int attempt, long start, long end) {
        jobs.lock(id).ifPresent(job -> {
            job.logKept(attempt, start, end);
            jobs.save(job);
        });
    }

    /** The end of an attempt; with the end of the job its quota is given back in the same transaction. */
    public void ended(UUID id, int attempt, Ending ending) {
        FailPoints.reach("job.finish.before-record");
        jobs.lock(id).ifPresent(job -> {
            job.ended(attempt, ending, clock.instant());
            sources.recordEnd(job);
            jobs.saveAndFlush(job);
            if (job.status().terminal()) {
                // Last: all who give back in a namespace call for the same look at its queue.
                ledger.release(id);
            }
        });
    }

    public void cleared(UUID id, List<Integer> attempts) {
        jobs.lock(id).ifPresent(job -> {
            attempts.forEach(job::cleared);
            jobs.save(job);
        });
    }

    /** The job that a workload of this name belongs to. */
    @Transactional(readOnly = true)
    public Optional<UUID> jobOf(Name namespace, String workload) {
        return jobs.idOfWorkload(namespace.value(), workload);
    }
}
