package dev.tidewright.cluster;

import dev.tidewright.kernel.Resources;
import java.util.List;

/** What a cluster has. */
public record Capacity(List<Node> nodes) {

    public Capacity {
        nodes = List.copyOf(nodes);
    }

    /** One machine. */
    public record Node(String name, Resources total, Resources free) {}
}
