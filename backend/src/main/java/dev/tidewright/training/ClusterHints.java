package dev.tidewright.training;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.reconcile.WorkQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Lets a pass follow soon after something happened to a job's workload. */
@Component
class ClusterHints {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterHints.class);

    private final AttemptService attempts;
    private final WorkQueue queue;

    ClusterHints(Cluster cluster, AttemptService attempts, WorkQueue queue) {
        this.attempts = attempts;
        this.queue = queue;
        cluster.onChange(this::on);
    }

    private void on(WorkloadId workload) {
        if (!workload.kind().equals(TrainingService.JOB)) {
            return;
        }
        try {
            attempts.jobOf(workload.namespace(), workload.name()).ifPresent(job -> queue.put(TrainingService.JOB, job));
        } catch (DataAccessException away) {
            // Only a hint is lost: the next look at the job comes by itself.
            LOG.debug("hint for {} lost", workload, away);
        }
    }
}
