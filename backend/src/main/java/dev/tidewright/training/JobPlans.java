package dev.tidewright.training;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.kernel.Name;
import org.springframework.stereotype.Component;

/** Plans that also know whether any node is large enough. */
@Component
class JobPlans {

    private final TrainingService training;
    private final Cluster cluster;

    JobPlans(TrainingService training, Cluster cluster) {
        this.training = training;
        this.cluster = cluster;
    }

    JobPlan submit(Name ns, SubmitJob command) {
        return fitted(training.plan(ns, command));
    }

    JobPlan rerun(Name ns, Name name, SubmitJob changes) {
        return fitted(training.planRerun(ns, name, changes));
    }

    private JobPlan fitted(JobPlan plan) {
        try {
            var lacks = cluster.capacity().lacks(plan.spec().resources());
            return lacks.isEmpty() ? plan : plan.neverStarting(lacks);
        } catch (ClusterUnavailable away) {
            return plan;
        }
    }
}
