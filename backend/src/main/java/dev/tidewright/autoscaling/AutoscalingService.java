package dev.tidewright.autoscaling;

import dev.tidewright.kernel.Transition;
import dev.tidewright.reconcile.WorkQueue;
import dev.tidewright.serving.Scaling;
import java.time.InstantSource;
import java.util.Set;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Carries decisions out and keeps them, both in one transaction. */
@Service
class AutoscalingService {

    private static final Set<String> VERBS =
            Set.of("deployed", "rolled-back", "started", "rollout-aborted", "rollout-returned");

    private final Scaling scaling;
    private final DecisionRows rows;
    private final WorkQueue queue;
    private final InstantSource clock;

    AutoscalingService(Scaling scaling, DecisionRows rows, WorkQueue queue, InstantSource clock) {
        this.scaling = scaling;
        this.rows = rows;
        this.queue = queue;
        this.clock = clock;
    }

    /** Whatever may have given an endpoint a policy makes it looked at; one without is left alone after one pass. */
    @EventListener
    void on(Transition transition) {
        if (transition.kind().equals("endpoint") && VERBS.contains(transition.verb())) {
            queue.put(AutoscalingReconciler.KIND, transition.objectId());
        }
    }

    @Transactional
    boolean carryOut(Scaling.Scalable seen, ScalingDecision decision) {
        if (!scaling.scale(seen, decision.to(), decision.sentence())) {
            return false;
        }
        rows.add(seen.id(), decision, seen.policy().target(), clock.instant());
        return true;
    }
}
