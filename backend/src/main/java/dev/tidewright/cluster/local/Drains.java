package dev.tidewright.cluster.local;

import dev.tidewright.cluster.DrainGate;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Asks whoever sends requests whether a replica that is to go has none left. Without anybody to ask there are none. */
record Drains(Gates gates) {

    /** The gates there are at this moment. */
    interface Gates extends Supplier<List<DrainGate>> {}

    /** Called without any lock held: a gate may be slow, or ask us something. */
    Set<Integer> drained(Set<Integer> draining) {
        if (draining.isEmpty()) {
            return Set.of();
        }
        var asked = gates.get();
        return draining.stream()
                .filter(port -> asked.stream().allMatch(gate -> gate.isDrained("127.0.0.1", port)))
                .collect(Collectors.toUnmodifiableSet());
    }

    static boolean mayStop(Replica replica, Set<Integer> drained, Instant now) {
        return replica.drain()
                .filter(drain ->
                        replica.port() == 0 || drained.contains(replica.port()) || !now.isBefore(drain.deadline()))
                .isPresent();
    }
}
