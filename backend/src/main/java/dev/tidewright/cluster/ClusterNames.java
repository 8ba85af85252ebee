package dev.tidewright.cluster;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** The names of the clusters that are configured, the default first. */
public record ClusterNames(List<Name> all) {

    static ClusterNames of(Collection<Name> names) {
        return new ClusterNames(names.stream()
                .sorted((one, other) -> one.equals(NamedClusters.STANDARD)
                        ? -1
                        : other.equals(NamedClusters.STANDARD) ? 1 : one.compareTo(other))
                .toList());
    }

    public boolean several() {
        return all.size() > 1;
    }

    public void require(Name name) {
        if (!all.contains(name)) {
            throw new Refusal.Invalid(
                    "unknown-cluster",
                    "cluster",
                    "there is no cluster \"" + name + "\": "
                            + (several()
                                    ? "choose one of "
                                            + all.stream().map(Name::value).collect(Collectors.joining(", "))
                                    : "there is only \"" + all.getFirst() + "\""));
        }
    }
}
