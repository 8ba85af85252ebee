package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.kernel.Resources;
import java.util.List;

/** What workloads may declare together, and the sentences about it. */
record Machine(Resources total) {

    static final String NAME = "this machine";

    /** Why something waits. */
    record Wait(String reason, String message) {
        static final Wait NONE = new Wait("", "");
    }

    Capacity capacity(Resources used) {
        return new Capacity(List.of(new Capacity.Node(NAME, total, total.minus(used))));
    }

    boolean hasRoom(Resources needed, Resources used) {
        return needed.fitsInto(total.minus(used));
    }

    Wait explain(Resources needed, Resources used) {
        var capacity = capacity(used);
        return needed.fitsInto(total)
                ? new Wait("NO_CAPACITY", capacity.nodes().getFirst().lacksNow(needed, NAME))
                : new Wait("UNSCHEDULABLE", capacity.lacks(needed));
    }
}
