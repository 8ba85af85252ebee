package dev.tidewright.rollout;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Timespan;
import org.jspecify.annotations.Nullable;

/**
 * How a revision replaces the one before it; part of the revision.
 *
 * @param maxSurge how many replicas more than wanted there may be meanwhile; a part is rounded up
 * @param maxUnavailable how many fewer than wanted may be ready meanwhile; a part is rounded down
 * @param progressDeadline how long a rollout may go on without any progress before it returns
 * @param drainDeadline longest wait for requests in flight to a replica that goes
 */
public record RolloutStrategy(Share maxSurge, Share maxUnavailable, Timespan progressDeadline, Timespan drainDeadline) {

    public static final RolloutStrategy DEFAULT = of(null, null, null, null);

    public RolloutStrategy {
        if (maxSurge.amount() == 0 && maxUnavailable.amount() == 0) {
            throw new Refusal.Invalid(
                    "invalid-rollout",
                    "rollout.maxSurge",
                    "maxSurge and maxUnavailable are both 0, so nothing could ever be replaced: allow one of them at least 1");
        }
        if (progressDeadline.value().isZero()) {
            throw new Refusal.Invalid(
                    "invalid-rollout", "rollout.progressDeadline", "progressDeadline is 0s: give at least 1s");
        }
    }

    /** Missing parts become 25 %, 0, 10 minutes, 30 seconds. */
    @JsonCreator
    public static RolloutStrategy of(
            @JsonProperty("maxSurge") @Nullable Share maxSurge,
            @JsonProperty("maxUnavailable") @Nullable Share maxUnavailable,
            @JsonProperty("progressDeadline") @Nullable Timespan progressDeadline,
            @JsonProperty("drainDeadline") @Nullable Timespan drainDeadline) {
        return new RolloutStrategy(
                maxSurge == null ? Share.percent(25) : maxSurge,
                maxUnavailable == null ? Share.count(0) : maxUnavailable,
                progressDeadline == null ? Timespan.of("10m") : progressDeadline,
                drainDeadline == null ? Timespan.of("30s") : drainDeadline);
    }

    /** The plan for this many replicas, where nothing is replaced. */
    public RolloutPlan plan(int target) {
        return plan(target, 0);
    }

    /** The plan for this many replicas instead of those that there were. Where rounding leaves no room at all, one replica may be missing, as in Kubernetes. */
    public RolloutPlan plan(int target, int held) {
        var surge = maxSurge.roundedUp(target);
        var unavailable = maxUnavailable.roundedDown(target);
        return new RolloutPlan(
                target, held, surge, surge == 0 && unavailable == 0 ? 1 : unavailable, progressDeadline.value());
    }
}
