package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.cluster.Workload;
import dev.tidewright.kernel.Resources;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One look over all workloads, and the step that each needs. Level-triggered: it acts on what is, so it may be cut short
 * anywhere and repeated at will.
 */
record Pass(Yard yard, Programs programs, Machine machine, Ports ports, InstantSource clock) {

    private static final Duration IDLE = Duration.ofMinutes(1);
    private static final Duration LAUNCHING = Duration.ofMillis(10);

    /**
     * Looks once, and takes the step that each needs.
     *
     * @param drained ports of draining replicas that nobody uses any more
     * @param onAnswer called from another thread when a readiness check was answered
     * @return when to look again, at the latest
     */
    Duration make(Set<Integer> drained, Duration tick, Runnable onAnswer) {
        var now = clock.instant();
        var faults = new Faults();
        for (var held : yard.all()) {
            faults.collect(() -> held.fit(yard.store(), now, yard::nextOrder));
            held.replicas().stream()
                    .filter(replica -> Drains.mayStop(replica, drained, now))
                    .forEach(replica -> faults.collect(replica::stop));
        }
        faults.collect(this::admit);
        for (var held : yard.all()) {
            held.replicas().forEach(replica -> faults.collect(() -> replica.step(now, onAnswer)));
            if (held.isGone()) {
                faults.collect(() -> yard.forget(held));
            }
        }
        faults.rethrow();
        return untilNext(tick);
    }

    private Duration untilNext(Duration tick) {
        if (replicas().anyMatch(Replica::isLaunching)) {
            return LAUNCHING;
        }
        return yard.all().stream().allMatch(Held::isQuiet) ? IDLE : tick;
    }

    /**
     * In the order of their coming, whoever fits. One that does not fit does not hold up those behind it: what it waits
     * for may be a service that never ends.
     */
    void admit() {
        var waiting = yard.all().stream()
                .filter(held -> !held.isDeleting() && !held.isImage())
                .flatMap(held -> held.replicas().stream().map(replica -> new Candidate(held, replica)))
                .filter(candidate -> !candidate.replica().isAdmitted()
                        && candidate.replica().drain().isEmpty())
                .sorted(Comparator.comparingLong(
                        candidate -> candidate.replica().card().order()))
                .toList();
        for (var candidate : waiting) {
            var needed = candidate.held().workload().resources();
            if (machine.hasRoom(needed, used())) {
                admit(candidate);
            } else {
                candidate.replica().waitFor(machine.explain(needed, used()));
            }
        }
    }

    private void admit(Candidate candidate) {
        var workload = candidate.held().workload();
        var taken = replicas().map(Replica::port).collect(Collectors.toSet());
        var port = workload instanceof Workload.Service ? ports.free(taken) : 0;
        var replica = candidate.replica();
        replica.admit(programs.order(workload, candidate.held().folder(), replica.folder(), port));
    }

    Capacity capacity() {
        return machine.capacity(used());
    }

    private Resources used() {
        return replicas()
                .filter(replica -> replica.isAdmitted() && !replica.isOver())
                .map(replica -> replica.workload().resources())
                .reduce(Resources.NONE, Resources::plus);
    }

    private Stream<Replica> replicas() {
        return yard.all().stream().flatMap(held -> held.replicas().stream());
    }

    Set<Integer> drainingPorts() {
        return replicas()
                .filter(replica -> replica.drain().isPresent() && replica.port() > 0 && !replica.isStopping())
                .map(Replica::port)
                .collect(Collectors.toUnmodifiableSet());
    }

    private record Candidate(Held held, Replica replica) {}

    /** Lets the others go on when one cannot; the first fault is reported when all had their turn. */
    private static final class Faults {
        private @Nullable RuntimeException first;

        void collect(Runnable step) {
            try {
                step.run();
            } catch (RuntimeException e) {
                first = first == null ? e : first;
            }
        }

        void rethrow() {
            if (first != null) {
                throw first;
            }
        }
    }
}
