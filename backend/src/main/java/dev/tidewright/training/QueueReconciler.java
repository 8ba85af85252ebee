package dev.tidewright.training;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.reconcile.Next;
import dev.tidewright.reconcile.Reconciler;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Goes through the waiting jobs of a namespace whenever some of its quota came back. Its items are namespaces. */
@Component
class QueueReconciler implements Reconciler {

    static final String KIND = "job-queue";

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
        for (var job : admission.waiting(namespaceId)) {
            try {
                admission.admit(job);
            } catch (Refusal.OverQuota impossible) {
                admission.impossible(job, impossible.sentence());
            } catch (Refusal.NotFound namespaceGone) {
                admission.impossible(job, "its namespace is being deleted");
            }
        }
        return Next.done();
    }
}
