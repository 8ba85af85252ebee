package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Resources;
import java.util.ArrayList;
import java.util.List;

/** What workloads may declare together, and the sentences about it. */
record Machine(Resources total) {

    private static final long MEBIBYTE = 1 << 20;
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
                : new Wait("UNSCHEDULABLE", unschedulable(needed));
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
            rooms.add(memory(free.memoryBytes()) + " of " + memory(total.memoryBytes()));
        }
        needed.gpu().forEach((name, count) -> {
            needs.add(count + " " + name);
            rooms.add(free.gpuCount(name) + " of " + total.gpuCount(name) + " " + name);
        });
        return "needs " + listed(needs) + "; " + listed(rooms) + " are free on this machine";
    }

    private String unschedulable(Resources needed) {
        var lacks = new ArrayList<String>();
        if (needed.cpuMillis() > total.cpuMillis()) {
            lacks.add("needs " + needed.cpu() + " cpu, the largest node has " + total.cpu());
        }
        if (needed.memoryBytes() > total.memoryBytes()) {
            lacks.add("needs " + needed.memory() + " of memory, the largest node has " + memory(total.memoryBytes()));
        }
        needed.gpu().forEach((name, count) -> {
            if (count > total.gpuCount(name)) {
                lacks.add("needs " + count + " " + name + ", the largest node has " + total.gpuCount(name));
            }
        });
        return String.join("; ", lacks);
    }

    /** {@code 2 cpu, 1Gi and 1 nvidia.com/gpu}. */
    private static String listed(List<String> parts) {
        if (parts.size() < 2) {
            return String.join("", parts);
        }
        var last = parts.size() - 1;
        return String.join(", ", parts.subList(0, last)) + " and " + parts.get(last);
    }

    /** Rounded down to what people read: the machine's memory is no round number. */
    private static String memory(long bytes) {
        return Quantities.memory(bytes < MEBIBYTE ? bytes : bytes / MEBIBYTE * MEBIBYTE);
    }
}
