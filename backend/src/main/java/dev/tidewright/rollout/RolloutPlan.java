package dev.tidewright.rollout;

import dev.tidewright.kernel.Text;
import dev.tidewright.kernel.Timespan;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The bounds of a rollout in whole replicas, and the one function that moves replicas. It also scales: with no earlier
 * revision left it simply asks for {@code target} replicas. While the new revision is not ready, {@code base} is the larger
 * of {@code target} and {@code held}; afterwards it is {@code target}.
 *
 * @param target how many ready replicas are wanted, 0 or more
 * @param held how many there were when the rollout began, 0 or more: fewer are wanted only of who can take their place
 * @param maxSurge never more than {@code base + maxSurge} that are not draining
 * @param maxUnavailable never takes a ready one away below {@code base - maxUnavailable}
 * @param progressDeadline how long nothing may become better
 */
public record RolloutPlan(int target, int held, int maxSurge, int maxUnavailable, Duration progressDeadline) {

    /**
     * The next step towards {@code target} replicas of {@code current} and none of {@code earlier}.
     *
     * @param earlier other revisions that may have replicas; those listed first give up ready replicas first
     * @param lastProgress when the rollout began or last came nearer to its end
     */
    public RolloutStep step(Fleet current, List<Fleet> earlier, Instant lastProgress, Instant now) {
        var present =
                current.present() + earlier.stream().mapToInt(Fleet::present).sum();
        var room = Math.max(0, Math.max(target, held) + maxSurge - present);
        var next = Math.min(target, current.present() + room);

        var wanted = new TreeMap<Integer, Integer>();
        wanted.put(current.revision(), next);
        shrink(earlier, Math.min(next, current.serving()), wanted);
        return new RolloutStep(wanted, mark(current, earlier), verdict(current, earlier, lastProgress, now));
    }

    /** How near the end is: it can rise only so often before a rollout is complete. */
    private static int mark(Fleet current, List<Fleet> earlier) {
        return current.ready() - earlier.stream().mapToInt(Fleet::present).sum();
    }

    private void shrink(List<Fleet> earlier, int serving, Map<Integer, Integer> wanted) {
        var base = serving < target ? Math.max(target, held) : target;
        var floor = Math.max(0, base - maxUnavailable);
        // Unready replicas serve nobody, but enough of both sorts stay that an earlier revision can recover by itself.
        var unreadyMayGo =
                Math.max(0, serving + earlier.stream().mapToInt(Fleet::wanted).sum() - floor);
        var readyMayGo =
                Math.max(0, serving + earlier.stream().mapToInt(Fleet::serving).sum() - floor);
        for (var fleet : earlier) {
            var unready = Math.min(unreadyMayGo, fleet.wanted() - fleet.serving());
            var ready = Math.min(readyMayGo, fleet.serving());
            unreadyMayGo -= unready;
            readyMayGo -= ready;
            wanted.put(fleet.revision(), fleet.wanted() - unready - ready);
        }
    }

    private Verdict verdict(Fleet current, List<Fleet> earlier, Instant lastProgress, Instant now) {
        var ready = current.ready() + " of " + Text.counted(target, "replica") + " of revision " + current.revision()
                + " ready";
        if (current.wanted() == target
                && current.ready() >= target
                && earlier.stream().allMatch(Fleet::gone)) {
            return new Verdict.Complete(ready);
        }
        if (lastProgress.plus(progressDeadline).isBefore(now)) {
            return new Verdict.Stuck(ready + ", and no progress for " + Timespan.of(progressDeadline));
        }
        return new Verdict.Progressing(ready);
    }
}
