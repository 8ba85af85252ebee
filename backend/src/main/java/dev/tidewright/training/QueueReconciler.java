package dev.tidewright.training;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.reconcile.Next;
import dev.tidewright.reconcile.Reconciler;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Goes through the waiting jobs of a namespace whenever some of its quota came back. Its items are namespaces. */
@Component
class QueueReconciler implements Reconciler {

    static final String KIND = "job-queue";

    private static final Logger LOG = LoggerFactory.getLogger(QueueReconciler.class);

    private final AdmissionService admission;

    QueueReconciler(AdmissionService admission) {
        this.admission = admission;
    }

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Next reconcile(UUID namespaceId) {
        try {
            admission.admitWaiting(namespaceId);
        } catch (Refusal.NotFound namespaceGone) {
            LOG.debug("nothing is let into a namespace that is gone", namespaceGone);
        }
        return Next.done();
    }
}
