package dev.tidewright.serving;

import dev.tidewright.kernel.Text;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How an endpoint is, said in one phase, one code and one sentence. Pure. */
record Condition(EndpointPhase phase, String reason, String message) {

    /**
     * What the phase is told from.
     *
     * @param trouble of the wanted revision, or of any that still answers
     * @param waiting what the quota lacks; empty when nothing
     */
    record Facts(
            Endpoint endpoint,
            int wanted,
            int ready,
            int draining,
            Sighting.@Nullable Trouble trouble,
            String waiting,
            String progress) {}

    static Condition of(Facts facts) {
        var endpoint = facts.endpoint();
        if (endpoint.deleting()) {
            return new Condition(EndpointPhase.DELETING, "", draining(facts, "being deleted"));
        }
        if (!endpoint.stoppedBy().isEmpty()) {
            return new Condition(
                    EndpointPhase.STOPPED, "STOPPED", draining(facts, "stopped by " + endpoint.stoppedBy()));
        }
        return switch (endpoint.rollout().state()) {
            case STARTING -> starting(facts);
            case ROLLING, RETURNING -> rolling(facts);
            case SETTLED -> settled(facts);
            case FAILED -> failed(facts);
        };
    }

    private static Condition starting(Facts facts) {
        var trouble = facts.trouble();
        if (trouble != null && !trouble.reason().equals("NO_CAPACITY")) {
            return new Condition(EndpointPhase.DEGRADED, trouble.reason(), trouble.sentence());
        }
        return explained(EndpointPhase.STARTING, facts);
    }

    private static Condition rolling(Facts facts) {
        var rollout = facts.endpoint().rollout();
        var back = rollout.state() == RolloutState.RETURNING;
        var told = explained(EndpointPhase.ROLLING_OUT, facts);
        return back
                ? new Condition(
                        told.phase(),
                        rollout.returnedByItself() ? "ROLLED_BACK" : "ABORTED",
                        "returning to revision " + rollout.target() + ": " + rollout.returned())
                : told;
    }

    private static Condition settled(Facts facts) {
        var rollout = facts.endpoint().rollout();
        var trouble = facts.trouble();
        if (facts.wanted() == 0) {
            return new Condition(EndpointPhase.STOPPED, "NO_REPLICAS_WANTED", draining(facts, "0 replicas are wanted"));
        }
        if (trouble != null) {
            return new Condition(EndpointPhase.DEGRADED, trouble.reason(), trouble.sentence());
        }
        if (facts.ready() == 0) {
            return new Condition(EndpointPhase.DEGRADED, "NOT_READY", facts.progress());
        }
        if (rollout.returnedByItself()) {
            return new Condition(
                    EndpointPhase.DEGRADED,
                    "ROLLED_BACK",
                    "revision " + rollout.target() + " serves again: " + rollout.returned());
        }
        if (facts.ready() < facts.wanted()) {
            return explained(EndpointPhase.SERVING, facts);
        }
        var serving = Text.counted(facts.ready(), "replica") + " of revision " + rollout.target() + " ready";
        return new Condition(
                EndpointPhase.SERVING,
                "",
                rollout.returned().isEmpty() ? serving : serving + "; " + rollout.returned());
    }

    private static Condition failed(Facts facts) {
        var why = Optional.ofNullable(facts.trouble()).map(Sighting.Trouble::sentence);
        var told = "revision " + facts.endpoint().rollout().target() + " is not ready: " + facts.progress()
                + why.map(words -> "; " + words).orElse("")
                + ". Its replicas are kept for looking at: deploy a change, or stop the endpoint";
        return new Condition(
                facts.ready() > 0 ? EndpointPhase.DEGRADED : EndpointPhase.FAILED, "PROGRESS_DEADLINE_EXCEEDED", told);
    }

    /** What is waited for comes first, then what goes wrong, then how far it is. */
    private static Condition explained(EndpointPhase phase, Facts facts) {
        var trouble = facts.trouble();
        if (!facts.waiting().isEmpty()) {
            return new Condition(phase, "WAITING_FOR_QUOTA", facts.waiting());
        }
        if (trouble != null) {
            return new Condition(phase, trouble.reason(), facts.progress() + "; " + trouble.sentence());
        }
        return new Condition(phase, "", facts.progress());
    }

    private static String draining(Facts facts, String told) {
        return facts.draining() == 0 ? told : told + ", " + Text.counted(facts.draining(), "replica") + " draining";
    }
}
