package dev.tidewright.cluster;

import dev.tidewright.kernel.Name;
import java.util.Map;

/** The clusters that one kind of adapter contributes, by the names that an operator gave them. */
public record NamedClusters(Map<Name, ClusterAdapter> byName) implements AutoCloseable {

    /** The one of {@code tidewright.cluster}; namespaces are in it unless an admin chose another. */
    public static final Name STANDARD = new Name("default");

    public NamedClusters {
        byName = Map.copyOf(byName);
    }

    @Override
    public void close() {
        byName.values().forEach(ClusterAdapter::close);
    }
}
