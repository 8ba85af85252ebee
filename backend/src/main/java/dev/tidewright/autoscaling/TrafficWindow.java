package dev.tidewright.autoscaling;

import dev.tidewright.serving.AutoscalingPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;

/** What was measured of one endpoint lately; forgets by itself. Not for use by several threads at the same time. */
final class TrafficWindow {

    static final Duration STABLE = Duration.ofSeconds(30);
    static final Duration BURST = Duration.ofSeconds(6);

    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private final ArrayDeque<Need> needs = new ArrayDeque<>();
    private Instant burstUntil = Instant.MIN;

    /** Takes the gateway's totals. Totals that fell are those of a new gateway: what was before says nothing any more. */
    void add(Instant at, double busySeconds, long requests) {
        var last = samples.peekLast();
        if (last != null && (busySeconds < last.busySeconds || requests < last.requests)) {
            samples.clear();
        }
        samples.addLast(new Sample(at, busySeconds, requests));
        while (samples.size() > 2 && !second().at.isAfter(at.minus(STABLE))) {
            samples.removeFirst();
        }
    }

    Load load(AutoscalingPolicy policy) {
        var last = samples.getLast();
        return new Load(
                mean(policy, last.at.minus(STABLE)),
                mean(policy, last.at.minus(BURST)),
                !samples.getFirst().at.isAfter(last.at.minus(STABLE)));
    }

    /** Decides and remembers what was needed. */
    ScalingDecision decide(AutoscalingPolicy policy, int live, Instant now) {
        var load = load(policy);
        var delay = policy.scaleDownDelay().value();
        needs.addLast(new Need(now, Math.max(ScalingDecision.needed(load.stable(), policy), 0)));
        while (!needs.isEmpty() && needs.getFirst().at.isBefore(now.minus(delay))) {
            needs.removeFirst();
        }
        var peak = needs.stream().mapToInt(Need::replicas).max().orElse(0);
        var decision = ScalingDecision.decide(policy, live, load, peak, now.isBefore(burstUntil));
        if (decision.burst()) {
            burstUntil = now.plus(STABLE);
        }
        return decision;
    }

    private double mean(AutoscalingPolicy policy, Instant from) {
        var last = samples.getLast();
        var first = samples.getFirst();
        for (var sample : samples) {
            if (!sample.at.isAfter(from)) {
                first = sample;
            }
        }
        var seconds = Duration.between(first.at, last.at).toMillis() / 1000.0;
        if (seconds <= 0) {
            return 0;
        }
        return (policy.byConcurrency() ? last.busySeconds - first.busySeconds : last.requests - first.requests)
                / seconds;
    }

    private Sample second() {
        var rest = samples.iterator();
        rest.next();
        return rest.next();
    }

    private record Sample(Instant at, double busySeconds, long requests) {}

    private record Need(Instant at, int replicas) {}
}
