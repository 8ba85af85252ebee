package dev.tidewright.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Timespan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RolloutPlanTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @Test
    void aPartOfTheWantedNumberIsRoundedUpForSurgeAndDownForUnavailability() {
        var plan = strategy("25%", "25%").plan(5);
        assertThat(plan.maxSurge()).isEqualTo(2);
        assertThat(plan.maxUnavailable()).isEqualTo(1);
    }

    @Test
    void roundingToNothingAtAllLetsOneReplicaBeMissing() {
        assertThat(strategy("0", "25%").plan(2).maxUnavailable()).isEqualTo(1);
    }

    @Test
    void aStrategyThatCouldNeverMoveIsRefused() {
        assertThatThrownBy(() -> strategy("0", "0%")).isInstanceOf(Refusal.Invalid.class);
    }

    @Test
    void anOldReplicaOnlyGoesWhenItsSuccessorIsReady() {
        var plan = new RolloutPlan(2, 0, 1, 0, Duration.ofMinutes(10));
        var started = plan.step(new Fleet(2, 0, 0, 0, 0), List.of(new Fleet(1, 2, 2, 0, 0)), NOON, NOON);
        assertThat(started.wanted()).containsEntry(2, 1).containsEntry(1, 2);
        var ready = plan.step(new Fleet(2, 1, 1, 0, 0), List.of(new Fleet(1, 2, 2, 0, 0)), NOON, NOON);
        assertThat(ready.wanted()).containsEntry(2, 1).containsEntry(1, 1);
    }

    @Test
    void fewerReplicasThanBeforeAreLeftOnlyWhenAllOfTheNewOnesAreReady() {
        var plan = new RolloutPlan(2, 6, 1, 0, Duration.ofMinutes(10));
        var started = plan.step(new Fleet(2, 0, 0, 0, 0), List.of(new Fleet(1, 6, 6, 0, 0)), NOON, NOON);
        assertThat(started.wanted()).containsEntry(2, 1).containsEntry(1, 6);
        var half = plan.step(new Fleet(2, 1, 1, 0, 0), List.of(new Fleet(1, 6, 6, 0, 0)), NOON, NOON);
        assertThat(half.wanted()).containsEntry(2, 1).containsEntry(1, 5);
        var all = plan.step(new Fleet(2, 2, 2, 0, 0), List.of(new Fleet(1, 5, 5, 0, 0)), NOON, NOON);
        assertThat(all.wanted()).containsEntry(2, 2).containsEntry(1, 0);
    }

    @Test
    void oneMoreThanWasAskedForAndNeverReadyHoldsNothingUp() {
        var plan = new RolloutPlan(1, 1, 1, 0, Duration.ofMinutes(10));
        var step = plan.step(new Fleet(9, 0, 0, 0, 0), List.of(new Fleet(7, 1, 1, 1, 0)), NOON, NOON);
        assertThat(step.wanted()).containsEntry(9, 1).containsEntry(7, 1);
    }

    @Test
    void withoutSurgeAnOldReplicaMakesRoomFirst() {
        var plan = new RolloutPlan(2, 0, 0, 1, Duration.ofMinutes(10));
        var step = plan.step(new Fleet(2, 0, 0, 0, 0), List.of(new Fleet(1, 2, 2, 0, 0)), NOON, NOON);
        assertThat(step.wanted()).containsEntry(2, 0).containsEntry(1, 1);
    }

    @Test
    void nothingBetterForLongerThanTheDeadlineIsStuck() {
        var plan = new RolloutPlan(1, 0, 1, 0, Duration.ofMinutes(1));
        var step = plan.step(new Fleet(2, 1, 0, 1, 0), List.of(new Fleet(1, 1, 1, 0, 0)), NOON, NOON.plusSeconds(61));
        assertThat(step.verdict()).isInstanceOf(Verdict.Stuck.class);
        assertThat(step.verdict().sentence())
                .contains("0 of 1 replica of revision 2 ready")
                .contains("1m");
    }

    @Test
    void aRevisionThatWasSupersededGivesUpItsReplicasBeforeTheProvenOne() {
        var plan = new RolloutPlan(3, 0, 1, 0, Duration.ofMinutes(10));
        var step = plan.step(
                new Fleet(3, 1, 1, 0, 0), List.of(new Fleet(2, 1, 1, 0, 0), new Fleet(1, 2, 2, 0, 0)), NOON, NOON);
        assertThat(step.wanted()).containsEntry(2, 0).containsEntry(1, 2);
    }

    /** {@code RolloutPlanIT} has thousands more: this one is part of the inner loop. */
    @Test
    void boundsHoldAtEveryInstantAndEveryHistoryEnds() {
        playHistories(0, 1_000);
    }

    /** Replicas start slowly, crash, recover and drain as they like; seeds name the failures. */
    static void playHistories(long first, long end) {
        for (var seed = first; seed < end; seed++) {
            new History(seed).play();
        }
    }

    private static RolloutStrategy strategy(String surge, String unavailable) {
        return RolloutStrategy.of(Share.of(surge), Share.of(unavailable), Timespan.of("10m"), null);
    }

    /** A cluster of two or three revisions whose replicas behave at random. */
    private static final class History {
        private static final int NEW = 3;

        private final long seed;
        private final Random random;
        private final RolloutPlan plan;
        private final List<Revision> revisions = new ArrayList<>();
        private final boolean good;

        private int mark = Integer.MIN_VALUE;
        private Instant now = NOON;
        private Instant progressAt = NOON;
        private boolean enoughWereReady;

        private History(long seed) {
            this.seed = seed;
            random = new Random(seed);
            var target = 1 + random.nextInt(10);
            var surge = random.nextInt(4);
            var unavailable = surge == 0 ? 1 + random.nextInt(target) : random.nextInt(target + 1);
            var held = random.nextBoolean() ? target : 1 + random.nextInt(12);
            plan = new RolloutPlan(target, held, surge, unavailable, Duration.ofSeconds(60));
            good = random.nextInt(4) != 0;
            var first = new Revision(1, true);
            first.run(held);
            first.replicas.forEach(replica -> replica.ready = true);
            var abandoned = new Revision(2, random.nextBoolean());
            if (surge > 0 && random.nextBoolean()) {
                abandoned.run(random.nextInt(surge + 1));
            }
            revisions.add(new Revision(NEW, good));
            revisions.add(abandoned);
            revisions.add(first);
        }

        private void play() {
            for (var tick = 0; tick < 100_000; tick++) {
                now = now.plusMillis(500);
                var step = plan.step(
                        revisions.get(0).fleet(),
                        List.of(revisions.get(1).fleet(), revisions.get(2).fleet()),
                        progressAt,
                        now);
                if (step.mark() > mark) {
                    mark = step.mark();
                    progressAt = now;
                }
                switch (step.verdict()) {
                    case Verdict.Complete complete -> {
                        assertThat(good)
                                .as("a bad revision is complete, seed %s", seed)
                                .isTrue();
                        assertThat(revisions.get(0).ready()).isEqualTo(plan.target());
                        return;
                    }
                    case Verdict.Stuck stuck -> {
                        assertThat(good)
                                .as("a good revision is stuck, seed %s", seed)
                                .isFalse();
                        return;
                    }
                    case Verdict.Progressing progressing -> carryOut(step);
                }
            }
            throw new AssertionError("no end after 100,000 passes, seed " + seed);
        }

        private void carryOut(RolloutStep step) {
            // The cluster may learn of the changes in any order, and check() looks between any two of them.
            var base = base();
            var order = new ArrayList<>(revisions);
            java.util.Collections.shuffle(order, random);
            for (var revision : order) {
                var readyBefore = ready();
                revision.run(step.wanted().getOrDefault(revision.number, 0));
                if (enoughWereReady && readyBefore > ready()) {
                    assertThat(ready())
                            .as("ready replicas were taken below the bound, seed %s, %s", seed, plan)
                            .isGreaterThanOrEqualTo(base - plan.maxUnavailable());
                }
                assertThat(present())
                        .as("more replicas than allowed, seed %s, %s", seed, plan)
                        .isLessThanOrEqualTo(Math.max(plan.target(), plan.held()) + plan.maxSurge());
            }
            revisions.forEach(revision -> revision.live(random, revision.number == NEW));
            enoughWereReady = ready() >= base() - plan.maxUnavailable();
        }

        /** Until the new revision can do it all, as many as there were before stay. */
        private int base() {
            return revisions.getFirst().ready() < plan.target() ? Math.max(plan.target(), plan.held()) : plan.target();
        }

        private int ready() {
            return revisions.stream().mapToInt(Revision::ready).sum();
        }

        private int present() {
            return revisions.stream().mapToInt(Revision::present).sum();
        }
    }

    private static final class Replica {
        private boolean ready;
        private boolean draining;
    }

    private static final class Revision {
        private final int number;
        private final boolean good;
        private final List<Replica> replicas = new ArrayList<>();
        private int wanted;

        private Revision(int number, boolean good) {
            this.number = number;
            this.good = good;
        }

        /** As the port promises: unready ones go first, then the youngest; draining ones never come back. */
        private void run(int count) {
            wanted = count;
            while (present() < count) {
                replicas.add(new Replica());
            }
            while (present() > count) {
                var goes = replicas.stream()
                        .filter(replica -> !replica.draining && !replica.ready)
                        .findFirst()
                        .orElseGet(() -> replicas.stream()
                                .filter(replica -> !replica.draining)
                                .toList()
                                .getLast());
                goes.draining = true;
                goes.ready = false;
            }
        }

        private void live(Random random, boolean isNew) {
            replicas.removeIf(replica -> replica.draining && random.nextInt(4) == 0);
            for (var replica : replicas) {
                if (!replica.draining && good && random.nextInt(6) == 0) {
                    replica.ready = true;
                } else if (!replica.draining && !isNew && random.nextInt(200) == 0) {
                    replica.ready = false;
                }
            }
        }

        private int present() {
            return (int) replicas.stream().filter(replica -> !replica.draining).count();
        }

        private int ready() {
            return (int) replicas.stream()
                    .filter(replica -> replica.ready && !replica.draining)
                    .count();
        }

        private Fleet fleet() {
            var draining = replicas.size() - present();
            return new Fleet(number, wanted, ready(), present() - ready(), draining);
        }
    }
}
