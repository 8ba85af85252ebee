package dev.tidewright.autoscaling;

import dev.tidewright.reconcile.Next;
import dev.tidewright.reconcile.Reconciler;
import dev.tidewright.serving.Scaling;
import dev.tidewright.serving.Traffic;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.stereotype.Component;

/** Looks at the gateway's counters of one endpoint every two seconds and decides. */
@Component
class AutoscalingReconciler implements Reconciler {

    static final String KIND = "autoscaling";

    private static final Duration PERIOD = Duration.ofSeconds(2);

    private final Scaling scaling;
    private final Traffic traffic;
    private final AutoscalingService service;
    private final InstantSource clock;
    /** Measurements only: after a restart they are taken anew, and until the window is full nothing is scaled down. */
    private final Map<UUID, TrafficWindow> windows = new ConcurrentHashMap<>();

    private final Map<UUID, Reading> readings = new ConcurrentHashMap<>();

    AutoscalingReconciler(Scaling scaling, Traffic traffic, AutoscalingService service, InstantSource clock) {
        this.scaling = scaling;
        this.traffic = traffic;
        this.service = service;
        this.clock = clock;
    }

    /** What was measured last. */
    record Reading(Instant at, Load load) {}

    @Override
    public String kind() {
        return KIND;
    }

    @Override
    public Next reconcile(UUID id) {
        var found = scaling.scalable(id);
        if (found.isEmpty()) {
            windows.remove(id);
            readings.remove(id);
            return Next.done();
        }
        var now = clock.instant();
        var window = windows.computeIfAbsent(id, fresh -> new TrafficWindow());
        measure(window, found.get(), now);
        var decision = window.decide(found.get().policy(), found.get().live(), now);
        readings.put(id, new Reading(now, window.load(found.get().policy())));
        if (decision.changes()) {
            service.carryOut(found.get(), decision);
        }
        return Next.again(PERIOD);
    }

    /** What was measured last; empty before the first pass. */
    Optional<Reading> reading(UUID id) {
        return Optional.ofNullable(readings.get(id));
    }

    private void measure(TrafficWindow window, Scaling.Scalable endpoint, Instant now) {
        var counters = traffic.counters(endpoint.namespace(), endpoint.name());
        window.add(
                now,
                counters.map(Traffic.Counters::busySeconds).orElse(0.0),
                counters.map(Traffic.Counters::requests).orElse(0L));
    }
}
