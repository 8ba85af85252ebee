package dev.tidewright.training;

import dev.tidewright.reconcile.WorkQueue;
import dev.tidewright.tenancy.QuotaLedger;
import dev.tidewright.tenancy.QuotaReleased;
import dev.tidewright.tenancy.Verdict;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Lets waiting jobs in. In the order of submission, but a large one does not hold up smaller ones that fit. */
@Service
@Transactional
class AdmissionService {

    /** As many are asked in one pass; who waits behind them is asked when they have gone. */
    private static final int WINDOW = 200;

    private final TrainingJobs jobs;
    private final QuotaLedger ledger;
    private final WorkQueue queue;
    private final InstantSource clock;

    AdmissionService(TrainingJobs jobs, QuotaLedger ledger, WorkQueue queue, InstantSource clock) {
        this.jobs = jobs;
        this.ledger = ledger;
        this.queue = queue;
        this.clock = clock;
    }

    /** In the transaction that gave the quota back: whatever happens then, the queue is looked at. */
    @EventListener
    public void on(QuotaReleased released) {
        queue.put(QueueReconciler.KIND, released.namespaceId());
    }

    @Transactional(readOnly = true)
    public List<UUID> waiting(UUID namespaceId) {
        return jobs.waiting(namespaceId, WINDOW);
    }

    /** Holds the quota for one waiting job, or writes down what it waits for. */
    public void admit(UUID id) {
        jobs.lock(id).filter(job -> job.status() == JobStatus.QUEUED).ifPresent(job -> {
            switch (ledger.reserve(job.namespace(), job.hold())) {
                case Verdict.Granted granted -> {
                    job.admit(clock.instant());
                    queue.put(TrainingService.JOB, id);
                }
                case Verdict.Waiting waiting -> job.waits(waiting.sentence());
            }
            jobs.save(job);
        });
    }

    /** The namespace's limits were lowered below what the job needs: it waits until they are raised, or it is cancelled. */
    public void impossible(UUID id, String sentence) {
        jobs.lock(id).ifPresent(job -> {
            job.waits(sentence);
            jobs.save(job);
        });
    }
}
