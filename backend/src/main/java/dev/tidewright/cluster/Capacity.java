package dev.tidewright.cluster;

import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Resources;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/** What a cluster has. */
public record Capacity(List<Node> nodes) {

    private static final long MEBIBYTE = 1 << 20;

    public Capacity {
        nodes = List.copyOf(nodes);
    }

    /** One machine. */
    public record Node(String name, Resources total, Resources free) {

        /**
         * What of something that fits on it while it is empty is missing now.
         *
         * @param where how the node is called in the sentence
         */
        public String lacksNow(Resources needed, String where) {
            var needs = new ArrayList<String>();
            var rooms = new ArrayList<String>();
            if (needed.cpuMillis() > free.cpuMillis()) {
                needs.add(needed.cpu() + " cpu");
                rooms.add(free.cpu() + " of " + total.cpu() + " cpu");
            }
            if (needed.memoryBytes() > free.memoryBytes()) {
                needs.add(needed.memory() + " of memory");
                rooms.add(rounded(free.memoryBytes()) + " of " + rounded(total.memoryBytes()));
            }
            needed.gpu().forEach((device, count) -> {
                if (count > free.gpuCount(device)) {
                    needs.add(count + " " + device);
                    rooms.add(free.gpuCount(device) + " of " + total.gpuCount(device) + " " + device);
                }
            });
            return "needs " + listed(needs) + "; " + listed(rooms) + " are free on " + where;
        }
    }

    /** Why no node could ever run this, however empty; empty when one could. */
    public String lacks(Resources needed) {
        if (nodes.stream().anyMatch(node -> needed.fitsInto(node.total()))) {
            return "";
        }
        var lacks = new ArrayList<String>();
        var cpu = most(Resources::cpuMillis);
        if (needed.cpuMillis() > cpu) {
            lacks.add("needs " + needed.cpu() + " cpu, the largest node has " + Quantities.cpu(cpu));
        }
        var memory = most(Resources::memoryBytes);
        if (needed.memoryBytes() > memory) {
            lacks.add("needs " + needed.memory() + " of memory, the largest node has " + rounded(memory));
        }
        needed.gpu().forEach((name, count) -> {
            var devices = most(node -> node.gpuCount(name));
            if (count > devices) {
                lacks.add("needs " + count + " " + name + ", "
                        + (devices == 0 ? others() : "the largest node has " + devices));
            }
        });
        return lacks.isEmpty() ? "no single node has all of it" : String.join("; ", lacks);
    }

    /** Names of the devices that nodes have. */
    public SortedSet<String> devices() {
        var names = new TreeSet<String>();
        nodes.forEach(node -> names.addAll(node.total().gpu().keySet()));
        return names;
    }

    private String others() {
        var names = devices();
        return names.isEmpty()
                ? "and no node has any device"
                : "and no node has any; nodes have " + String.join(", ", names);
    }

    private long most(ToLongFunction<Resources> amount) {
        return nodes.stream().map(Node::total).mapToLong(amount).max().orElse(0);
    }

    /** Rounded down to what people read, {@code 23.44Gi}: a machine's memory is no round number. */
    public static String rounded(long bytes) {
        if (bytes < 1024 * MEBIBYTE) {
            return Quantities.memory(bytes < MEBIBYTE ? bytes : bytes / MEBIBYTE * MEBIBYTE);
        }
        return BigDecimal.valueOf(bytes)
                        .divide(BigDecimal.valueOf(1024 * MEBIBYTE), 2, RoundingMode.FLOOR)
                        .stripTrailingZeros()
                        .toPlainString()
                + "Gi";
    }

    /** {@code 2 cpu, 1Gi and 1 nvidia.com/gpu}. */
    private static String listed(List<String> parts) {
        var last = parts.size() - 1;
        return last < 1
                ? String.join("", parts)
                : String.join(", ", parts.subList(0, last)) + " and " + parts.get(last);
    }
}
