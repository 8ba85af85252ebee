package dev.tidewright.autoscaling;

import dev.tidewright.serving.AutoscalingPolicy;
import java.util.Locale;

/**
 * How many replicas there should be, and why. The two windows follow Knative's autoscaler: a slow mean decides, a fast one
 * overrules it while load at least doubles.
 *
 * @param burst true when the fast window decided
 * @param measured load per live replica, in the unit of the policy
 */
record ScalingDecision(int from, int to, double measured, boolean burst, String sentence) {

    /** The fast window decides when it asks for this many times the live replicas. */
    private static final int BURST_FACTOR = 2;

    /** A step up adds at most this many replicas or doubles them, whichever is more. */
    private static final int SMALL_STEP = 4;

    /**
     * Decides.
     *
     * @param live replicas wanted now
     * @param recentPeak most replicas that were needed at any decision within the scale-down delay
     * @param bursting a burst was seen within the stable window: until it is over, nothing goes
     */
    static ScalingDecision decide(AutoscalingPolicy policy, int live, Load load, int recentPeak, boolean bursting) {
        var slow = needed(load.stable(), policy);
        var fast = needed(load.burst(), policy);
        var burst = fast >= BURST_FACTOR * Math.max(1, live);
        var wanted = burst || bursting ? Math.max(live, Math.max(slow, fast)) : slow;
        if (wanted > live) {
            wanted = Math.min(wanted, Math.max(live * 2, live + SMALL_STEP));
        } else if (wanted < live) {
            wanted = load.settled() ? Math.max(Math.max(wanted, recentPeak), Math.ceilDiv(live, 2)) : live;
            wanted = Math.min(wanted, live);
        }
        var to = policy.clamp(wanted);
        var decisive = burst || (bursting && fast > slow) ? load.burst() : load.stable();
        var measured = decisive / Math.max(1, live);
        return new ScalingDecision(live, to, measured, burst, sentence(policy, live, to, measured));
    }

    /** Replicas that this much load needs. */
    static int needed(double load, AutoscalingPolicy policy) {
        // A mean of 3.0000001 for a target of 1.5 is noise of the measurement, not a third replica.
        return (int) Math.min(1_000_000.0, Math.ceil(load / policy.target() - 0.001));
    }

    boolean changes() {
        return from != to;
    }

    private static String sentence(AutoscalingPolicy policy, int live, int to, double measured) {
        var relation = measured > policy.target() ? ">" : measured < policy.target() ? "<" : "=";
        return String.format(
                Locale.ROOT,
                "%.1f %s %s %s per replica → %d to %d",
                measured,
                relation,
                plain(policy.target()),
                policy.byConcurrency() ? "in flight" : "requests a second",
                live,
                to);
    }

    private static String plain(double number) {
        return number == Math.rint(number) ? Long.toString((long) number) : Double.toString(number);
    }
}
