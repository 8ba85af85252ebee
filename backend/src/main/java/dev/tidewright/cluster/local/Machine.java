package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.kernel.Resources;
import java.util.ArrayList;
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
        return needed.fitsInto(total)
                ? new Wait("NO_CAPACITY", noCapacity(needed, total.minus(used)))
                : new Wait("UNSCHEDULABLE", capacity(used).lacks(needed));
    }

    private String noCapacity(Resources needed, Resources free) {
        var needs = new ArrayList<String>();
        var rooms = new ArrayList<String>();
        if (needed.cpuMillis() > 0) {
            needs.add(needed.cpu() + " cpu");
            rooms.add(free.cpu() + " of " + total.cpu() + " cpu");
        }
        if (needed.memoryBytes() > 0) {
            needs.add(needed.memory());
            rooms.add(Capacity.rounded(free.memoryBytes()) + " of " + Capacity.rounded(total.memoryBytes()));
        }
        needed.gpu().forEach((name, count) -> {
            needs.add(count + " " + name);
            rooms.add(free.gpuCount(name) + " of " + total.gpuCount(name) + " " + name);
        });
        return "needs " + listed(needs) + "; " + listed(rooms) + " are free on this machine";
    }

    /** {@code 2 cpu, 1Gi and 1 nvidia.com/gpu}. */
    private static String listed(List<String> parts) {
        if (parts.size() < 2) {
            return String.join("", parts);
        }
        var last = parts.size() - 1;
        return String.join(", ", parts.subList(0, last)) + " and " + parts.get(last);
    }
}
