package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What nodes have, what pods ask for, and the sentences about it. Pure. */
final class Rooms {

    private static final BigDecimal MILLIS = BigDecimal.valueOf(1000);
    private static final Set<String> OVER = Set.of("Succeeded", "Failed");

    private Rooms() {}

    static Capacity capacity(Collection<Node> nodes, Collection<Pod> pods) {
        var used = new HashMap<String, Resources>();
        pods.stream()
                .filter(pod -> pod.getSpec().getNodeName() != null && !isOver(pod))
                .forEach(pod -> used.merge(pod.getSpec().getNodeName(), requests(pod), Resources::plus));
        return new Capacity(nodes.stream()
                .filter(node -> !Boolean.TRUE.equals(node.getSpec().getUnschedulable()))
                .map(node -> {
                    var name = node.getMetadata().getName();
                    var total = of(node.getStatus().getAllocatable());
                    return new Capacity.Node(name, total, total.minus(used.getOrDefault(name, Resources.NONE)));
                })
                .toList());
    }

    static Resources requests(Pod pod) {
        return requests(pod.getSpec().getContainers());
    }

    static Resources requests(List<Container> containers) {
        return containers.stream()
                .map(container -> container.getResources() == null
                                || container.getResources().getRequests() == null
                        ? Resources.NONE
                        : of(container.getResources().getRequests()))
                .reduce(Resources.NONE, Resources::plus);
    }

    /** Why something that fits on an empty node waits. */
    static String full(Resources needed, Capacity capacity) {
        var roomiest = capacity.nodes().stream()
                .max(Comparator.comparingLong(node -> node.free().cpuMillis()))
                .orElse(null);
        if (roomiest == null) {
            return "the cluster has no node that takes pods";
        }
        var free = roomiest.free();
        var total = roomiest.total();
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
        return "needs " + String.join(", ", needs) + "; " + String.join(", ", rooms) + " are free on "
                + (capacity.nodes().size() == 1 ? "the only node" : "the freest node, " + roomiest.name());
    }

    private static boolean isOver(Pod pod) {
        return pod.getStatus() != null
                && OVER.contains(String.valueOf(pod.getStatus().getPhase()));
    }

    private static Resources of(Map<String, Quantity> amounts) {
        var devices = new TreeMap<String, Long>();
        amounts.forEach((name, amount) -> {
            if (name.contains("/") && !name.startsWith("hugepages")) {
                devices.put(name, whole(amount));
            }
        });
        return new Resources(
                amounts.containsKey("cpu")
                        ? amounts.get("cpu")
                                .getNumericalAmount()
                                .multiply(MILLIS)
                                .setScale(0, RoundingMode.FLOOR)
                                .longValue()
                        : 0,
                amounts.containsKey("memory") ? whole(amounts.get("memory")) : 0,
                devices);
    }

    private static long whole(Quantity amount) {
        return amount.getNumericalAmount().setScale(0, RoundingMode.FLOOR).longValue();
    }

    static String memory(long bytes) {
        return Quantities.memory(bytes >> 20 << 20);
    }
}
