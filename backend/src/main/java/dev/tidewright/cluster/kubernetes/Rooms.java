package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What nodes have, what pods ask for, and the sentences about it. Pure. */
final class Rooms {

    private static final BigDecimal MILLIS = BigDecimal.valueOf(1000);

    private Rooms() {}

    /** Of the nodes that take pods of ours. */
    static Capacity capacity(Collection<Node> nodes, Collection<Pod> pods) {
        var used = new HashMap<String, Resources>();
        pods.stream()
                .filter(pod -> pod.getSpec().getNodeName() != null && !Ends.isOver(pod))
                .forEach(pod -> used.merge(pod.getSpec().getNodeName(), requests(pod), Resources::plus));
        return new Capacity(nodes.stream()
                .filter(Rooms::takesPods)
                .map(node -> {
                    var name = node.getMetadata().getName();
                    var total = of(node.getStatus().getAllocatable());
                    return new Capacity.Node(name, total, total.minus(used.getOrDefault(name, Resources.NONE)));
                })
                .toList());
    }

    /** Nodes that do not answer. */
    static Set<String> silent(Collection<Node> nodes) {
        return nodes.stream()
                .filter(node -> node.getStatus().getConditions().stream()
                        .anyMatch(condition ->
                                "Ready".equals(condition.getType()) && "Unknown".equals(condition.getStatus())))
                .map(node -> node.getMetadata().getName())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** A taint that is named after a device keeps off only those who do not ask for it. */
    private static boolean takesPods(Node node) {
        var devices = of(node.getStatus().getAllocatable()).gpu();
        return !Boolean.TRUE.equals(node.getSpec().getUnschedulable())
                && node.getSpec().getTaints().stream()
                        .filter(Rooms::keepsOff)
                        .allMatch(taint -> devices.containsKey(taint.getKey())
                                && taint.getEffect().equals("NoSchedule"));
    }

    private static boolean keepsOff(Taint taint) {
        return "NoSchedule".equals(taint.getEffect()) || "NoExecute".equals(taint.getEffect());
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
                .filter(node -> needed.fitsInto(node.total()))
                .min(Comparator.<Capacity.Node>comparingDouble(node -> shortage(needed, node.free()))
                        .thenComparing(node -> node.free().cpuMillis(), Comparator.reverseOrder()))
                .orElse(null);
        if (roomiest == null) {
            return "the cluster has no node that takes pods";
        }
        var node = capacity.nodes().size() == 1 ? "the only node" : "the freest node, " + roomiest.name();
        if (needed.fitsInto(roomiest.free())) {
            return "what others than this platform run on the cluster leaves no room for it";
        }
        return roomiest.lacksNow(needed, node);
    }

    /** How far it is from fitting: the sum of what is missing, each as a part of what is needed. */
    private static double shortage(Resources needed, Resources free) {
        return missing(needed.cpuMillis(), free.cpuMillis())
                + missing(needed.memoryBytes(), free.memoryBytes())
                + needed.gpu().entrySet().stream()
                        .mapToDouble(device -> missing(device.getValue(), free.gpuCount(device.getKey())))
                        .sum();
    }

    private static double missing(long needed, long free) {
        return needed <= free ? 0 : (double) (needed - free) / needed;
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
