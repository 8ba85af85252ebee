package dev.tidewright.serving;

import dev.tidewright.rollout.RolloutStep;
import dev.tidewright.rollout.Verdict;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which revision is wanted, which one is proven, and how the way from one to the other goes. */
@Embeddable
class Rollout {

    @Enumerated(EnumType.STRING)
    private RolloutState rolloutState;

    private int targetRevision;
    private int heldReplicas;
    private @Nullable Integer stableRevision;
    private Instant rolloutStartedAt;
    private @Nullable Integer progressMark;
    private Instant progressAt;
    /** Why the last rollout returned; empty when it did not. */
    private String returned;
    /** Whether it returned by itself, as opposed to by somebody's wish. */
    private boolean returnedByItself;

    /** The move of the alias that was followed last, or rolled back in spite of. */
    private @Nullable Long followedMove;

    /** Why the last move of it cannot be followed; empty when nothing speaks against it. */
    private String aliasRefused;

    @SuppressWarnings("NullAway.Init")
    protected Rollout() {}

    Rollout(Instant now) {
        rolloutState = RolloutState.SETTLED;
        rolloutStartedAt = now;
        progressAt = now;
        returned = "";
        aliasRefused = "";
    }

    /** What a pass has found out about the rollout. */
    enum Outcome {
        UNCHANGED,
        COMPLETED,
        RETURNS,
        FAILED
    }

    /** @param serving replicas that are wanted now */
    void begin(int revision, boolean somethingServes, int serving, Instant now) {
        targetRevision = revision;
        // One that gives way to the next has not taken the place of the one before yet.
        heldReplicas = rolloutState.underWay() ? Math.max(heldReplicas, serving) : serving;
        clock(somethingServes ? RolloutState.ROLLING : RolloutState.STARTING, now);
        returned = "";
        returnedByItself = false;
    }

    void startAgain(Instant now) {
        clock(RolloutState.STARTING, now);
    }

    /** Turns back to the proven revision. */
    void comeBack(String why, boolean byItself, Instant now) {
        if (stableRevision == null) {
            throw new IllegalStateException("there is no revision to return to");
        }
        targetRevision = stableRevision;
        clock(RolloutState.RETURNING, now);
        returned = why;
        returnedByItself = byItself;
    }

    Outcome judge(RolloutStep step, String lastWords, Instant now) {
        if (progressMark == null || step.mark() > progressMark) {
            progressMark = step.mark();
            progressAt = now;
        }
        return switch (step.verdict()) {
            case Verdict.Complete complete -> settle();
            case Verdict.Progressing progressing -> Outcome.UNCHANGED;
            case Verdict.Stuck stuck -> giveUp(stuck, lastWords, now);
        };
    }

    private Outcome settle() {
        if (rolloutState == RolloutState.SETTLED) {
            return Outcome.UNCHANGED;
        }
        rolloutState = RolloutState.SETTLED;
        stableRevision = targetRevision;
        return Outcome.COMPLETED;
    }

    private Outcome giveUp(Verdict.Stuck stuck, String lastWords, Instant now) {
        if (!rolloutState.underWay()) {
            return Outcome.UNCHANGED;
        }
        if (rolloutState != RolloutState.RETURNING && canReturn()) {
            comeBack(stuck.sentence() + (lastWords.isEmpty() ? "" : ": " + lastWords), true, now);
            return Outcome.RETURNS;
        }
        rolloutState = RolloutState.FAILED;
        return Outcome.FAILED;
    }

    private void clock(RolloutState state, Instant now) {
        rolloutState = state;
        rolloutStartedAt = now;
        progressMark = null;
        progressAt = now;
    }

    boolean canReturn() {
        return stableRevision != null && stableRevision != targetRevision;
    }

    RolloutState state() {
        return rolloutState;
    }

    String aliasRefused() {
        return aliasRefused;
    }

    /**
     * Keeps why the alias is not followed; true when that is news.
     *
     * @param why empty: nothing speaks against it any more
     */
    boolean refuseAlias(String why) {
        var news = !aliasRefused.equals(why);
        aliasRefused = why;
        return news;
    }

    int target() {
        return targetRevision;
    }

    /** How many replicas were wanted when it began: they stay until those of the new revision can take their place. */
    int held() {
        return heldReplicas;
    }

    @Nullable
    Integer stable() {
        return stableRevision;
    }

    Instant startedAt() {
        return rolloutStartedAt;
    }

    Instant progressAt() {
        return progressAt;
    }

    String returned() {
        return returned;
    }

    boolean returnedByItself() {
        return returnedByItself;
    }

    /** Keeps that a move of the alias is done with. */
    void followed(long move) {
        followedMove = move;
    }

    boolean hasFollowed(long move) {
        return followedMove != null && followedMove >= move;
    }
}
