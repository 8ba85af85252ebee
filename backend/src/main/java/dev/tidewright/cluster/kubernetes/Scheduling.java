package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.kernel.Text;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Why a pod has no node. Pure. */
final class Scheduling {

    /** {@code 0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable. preemption: …}. */
    private static final Pattern SAID = Pattern.compile("nodes are available: (.*?)(?:\\. |\\.?$)");

    private static final Pattern CAUSE = Pattern.compile("(\\d+) (.+?)(?=, \\d+ |$)");
    private static final Pattern TAINT = Pattern.compile("had untolerated taint(?:\\(s\\))?(?: (\\{.*}))?");

    /** Values of one label that are told; a label may have another on each node. */
    private static final int MOST = 5;

    private Scheduling() {}

    /** @param scheduled the pod's own condition; null while nobody has looked for a node */
    static Trouble of(Pod pod, @Nullable PodCondition scheduled, Capacity capacity, List<Node> nodes) {
        var needed = Rooms.requests(pod);
        var lacks = capacity.nodes().isEmpty() ? "" : capacity.lacks(needed);
        if (!lacks.isEmpty()) {
            return new Trouble(Trouble.UNSCHEDULABLE, lacks);
        }
        if (scheduled == null || scheduled.getReason() == null) {
            return Trouble.NONE;
        }
        var said = String.valueOf(scheduled.getMessage());
        if (scheduled.getReason().equals("SchedulingGated")) {
            return new Trouble(Trouble.NO_CAPACITY, "something in the cluster holds it back (" + gates(pod) + ")");
        }
        if (!scheduled.getReason().equals("Unschedulable")) {
            return Trouble.NONE;
        }
        var others = others(pod, said, nodes);
        return said.contains("Insufficient ") || said.contains("Too many pods")
                ? new Trouble(
                        Trouble.NO_CAPACITY, Rooms.full(needed, capacity) + (others.isEmpty() ? "" : "; " + others))
                : new Trouble(Trouble.NODE_MISMATCH, "no node takes it: " + (others.isEmpty() ? said : others));
    }

    private static String gates(Pod pod) {
        return String.join(
                ", ",
                pod.getSpec().getSchedulingGates().stream()
                        .map(gate -> gate.getName())
                        .toList());
    }

    /** Every cause but a lack of room. */
    private static String others(Pod pod, String said, List<Node> nodes) {
        var found = SAID.matcher(said);
        if (!found.find()) {
            return "";
        }
        var words = new ArrayList<String>();
        var cause = CAUSE.matcher(found.group(1));
        while (cause.find()) {
            if (!cause.group(2).startsWith("Insufficient ")) {
                words.add(words(pod, cause.group(1), cause.group(2), nodes));
            }
        }
        return String.join(", ", words);
    }

    private static String words(Pod pod, String count, String cause, List<Node> all) {
        var nodes = count.equals("1") ? "1 node " : count + " nodes ";
        var one = count.equals("1");
        var taint = TAINT.matcher(cause);
        if (taint.find()) {
            var named = taint.group(1);
            return nodes + (one ? "is" : "are") + " reserved by a taint" + (named == null ? "" : " " + named);
        }
        if (cause.contains("node affinity/selector")) {
            return nodes + (one ? "has" : "have") + " other labels than " + labels(pod) + values(pod, all);
        }
        if (cause.contains("were unschedulable")) {
            return nodes + (one ? "is" : "are") + " closed to new pods";
        }
        return cause.equals("Too many pods")
                ? nodes + (one ? "runs" : "run") + " as many pods as allowed"
                : nodes + cause.replaceFirst("^node\\(s\\) ", "");
    }

    /** What nodes have instead of the labels that none of them has. */
    private static String values(Pod pod, List<Node> nodes) {
        Map<String, String> wanted = pod.getSpec().getNodeSelector();
        var words = new StringBuilder();
        new TreeMap<>(wanted == null ? Map.<String, String>of() : wanted).forEach((key, value) -> {
            var found = nodes.stream()
                    .map(node -> node.getMetadata().getLabels())
                    .map(labels -> labels == null ? null : labels.get(key))
                    .filter(Objects::nonNull)
                    .collect(Collectors.toCollection(TreeSet::new));
            if (found.isEmpty()) {
                words.append("; no node has a label ").append(key);
            } else if (!found.contains(value)) {
                words.append("; ")
                        .append(key)
                        .append(" is ")
                        .append(listed(found))
                        .append(" on nodes");
            }
        });
        return words.toString();
    }

    private static String listed(SortedSet<String> values) {
        var some = values.stream().limit(MOST).collect(Collectors.joining(", "));
        return values.size() > MOST ? some + " and " + Text.counted(values.size() - MOST, "other") : some;
    }

    private static String labels(Pod pod) {
        Map<String, String> wanted = pod.getSpec().getNodeSelector();
        List<String> pairs = wanted == null
                ? List.of()
                : new TreeMap<>(wanted)
                        .entrySet().stream()
                                .map(label -> label.getKey() + "=" + label.getValue())
                                .toList();
        return pairs.isEmpty() ? "it asks for" : String.join(", ", pairs);
    }
}
