package dev.tidewright.training;

import dev.tidewright.reconcile.WorkQueue;
import dev.tidewright.tenancy.QuotaLedger;
import dev.tidewright.tenancy.QuotaReleased;
import dev.tidewright.tenancy.Verdict;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.springframework.context.event.EventListener;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Lets waiting jobs in. In the order of submission, but a large one does not hold up smaller ones that fit. */
@Service
@Transactional
class AdmissionService {

    /** As many are let in together: the others of the namespace wait for that transaction, and are the next. */
    private static final Limit NEW = Limit.of(50);

    /** As many are asked again together; who waits behind them is asked when they have gone. */
    private static final Limit WAITING = Limit.of(200);

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

    /**
     * Lets in jobs that nobody has asked the ledger for yet. All of a namespace that have come meanwhile go together,
     * because each transaction has the ledger's lock to itself.
     *
     * @return false when there may be more of them
     */
    public boolean admitNew(UUID namespaceId) {
        ledger.lock(namespaceId);
        var asking = jobs.lockNew(namespaceId, NEW);
        admit(namespaceId, asking);
        // Each of them has brought a pass with it that goes on from here.
        return asking.size() < NEW.max();
    }

    /** Asks again for those that wait. */
    public void admitWaiting(UUID namespaceId) {
        // Without the lock: who comes later asks by itself.
        if (jobs.existsByNamespaceIdAndStatus(namespaceId, JobStatus.QUEUED)) {
            ledger.lock(namespaceId);
            var asking = jobs.lockWaiting(namespaceId, WAITING);
            admit(namespaceId, asking);
            asking.stream()
                    .filter(job -> job.status() != JobStatus.QUEUED)
                    .forEach(job -> queue.put(TrainingService.JOB, job.id()));
        }
    }

    /** Holds the quota for those that it has room for, and writes down what the others wait for. */
    private void admit(UUID namespaceId, List<TrainingJob> asking) {
        var verdicts = ledger.reserveAll(
                namespaceId, asking.stream().map(TrainingJob::hold).toList());
        for (var i = 0; i < asking.size(); i++) {
            var job = asking.get(i);
            switch (verdicts.get(i)) {
                case Verdict.Granted granted -> job.admit(clock.instant());
                case Verdict.Waiting waiting -> job.waits(waiting.sentence());
            }
            jobs.save(job);
        }
    }
}
