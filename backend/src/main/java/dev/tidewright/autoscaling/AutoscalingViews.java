package dev.tidewright.autoscaling;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import dev.tidewright.serving.AutoscalingPolicy;
import dev.tidewright.serving.Scaling;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Reads what autoscaling measures now, and what it decided. */
@Component
class AutoscalingViews {

    private final Scaling scaling;
    private final AutoscalingReconciler reconciler;
    private final DecisionRows rows;

    AutoscalingViews(Scaling scaling, AutoscalingReconciler reconciler, DecisionRows rows) {
        this.scaling = scaling;
        this.reconciler = reconciler;
        this.rows = rows;
    }

    /**
     * An endpoint that is scaled now.
     *
     * @param live replicas wanted now
     * @param measured null before the first measurement
     */
    record Now(AutoscalingPolicy policy, int live, @Nullable Measured measured) {

        /** What each of the live replicas has of a load. */
        public double each(double load) {
            return load / Math.max(1, live);
        }

        /** Replicas that the measured load needs, within the bounds. */
        public int needed() {
            return policy.clamp(measured == null ? 0 : ScalingDecision.needed(measured.stable(), policy));
        }

        public boolean atMost() {
            return measured != null && ScalingDecision.needed(measured.stable(), policy) > policy.max();
        }
    }

    /**
     * Load of all replicas together, in the unit of the policy.
     *
     * @param stable mean over about 30 s
     * @param burst mean over about 6 s
     */
    record Measured(Instant at, double stable, double burst) {}

    /** Empty while the number of replicas is fixed, or the endpoint is stopped. */
    Optional<Now> now(Name namespace, Name name) {
        return scaling.scalable(namespace, name).map(one -> new Now(one.policy(), one.live(), measured(one.id())));
    }

    /** Empty while the number of replicas is fixed or scaled by what the gateway measures, or the endpoint is stopped. */
    Optional<Scaling.ByCluster> byCluster(Name namespace, Name name) {
        return scaling.byCluster(namespace, name);
    }

    /** Null while the number of replicas is fixed, or the endpoint is stopped. */
    @Nullable
    AutoscalingPolicy policy(Name namespace, Name name) {
        return now(namespace, name)
                .map(Now::policy)
                .or(() -> byCluster(namespace, name).map(Scaling.ByCluster::policy))
                .orElse(null);
    }

    /** Newest first; only those that changed the number. */
    Slice<DecisionRows.Kept> decisions(Name namespace, Name name, @Nullable UUID before, int limit) {
        return Slice.of(rows.of(scaling.id(namespace, name), before, limit + 1), limit, DecisionRows.Kept::id);
    }

    private @Nullable Measured measured(UUID id) {
        return reconciler
                .reading(id)
                .map(reading -> new Measured(
                        reading.at(), reading.load().stable(), reading.load().burst()))
                .orElse(null);
    }
}
