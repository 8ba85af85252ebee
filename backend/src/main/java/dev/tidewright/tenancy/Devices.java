package dev.tidewright.tenancy;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Quantities;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Collection;
import org.springframework.stereotype.Component;

/** Names of devices, which only the cluster's nodes know. */
@Component
public class Devices {

    private final Namespaces namespaces;
    private final Cluster cluster;

    Devices(Namespaces namespaces, Cluster cluster) {
        this.namespaces = namespaces;
        this.cluster = cluster;
    }

    /**
     * Refuses a device that no node has and no quota allows: it is a typing error. What is no name of a device at all is
     * left to whoever checks the whole command, with all its other faults. With quota for it, it may come with a
     * node that is still to be started. Asks the cluster, so never in a transaction; while that is away, nothing is refused.
     */
    public void requireKnown(Name namespace, Collection<String> named) {
        var asked = named.stream().filter(Quantities::isDeviceName).toList();
        if (asked.isEmpty()) {
            return;
        }
        var allowed = namespaces.require(namespace).limits().gpu().keySet();
        try {
            var found = cluster.capacity(namespace).devices();
            asked.stream()
                    .filter(name -> !found.contains(name) && !allowed.contains(name))
                    .findFirst()
                    .ifPresent(name -> refuse(name, found));
        } catch (ClusterUnavailable away) {
            return; // the quota says the rest
        }
    }

    private static void refuse(String name, Collection<String> found) {
        throw new Refusal.Invalid(
                "unknown-device",
                "resources.gpu",
                "no node has a device \"" + Text.shortened(name, 60) + "\": "
                        + (found.isEmpty() ? "no node has any" : "nodes have " + String.join(", ", found)));
    }
}
