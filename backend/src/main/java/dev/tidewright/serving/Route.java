package dev.tidewright.serving;

import dev.tidewright.kernel.Name;
import java.util.List;

/**
 * Where requests to one endpoint go; one line of the gateway's table.
 *
 * @param open true: anybody may call it; false: callers need a token of the namespace
 * @param targets ready replicas only
 * @param explanation shown to callers while {@code targets} is empty: why nobody answers, and since when
 */
public record Route(Name namespace, Name endpoint, boolean open, List<Target> targets, String explanation) {

    public Route {
        targets = List.copyOf(targets);
    }

    /**
     * One ready replica.
     *
     * @param revision the number that answers carry as {@code X-Serving-Revision}
     */
    public record Target(int revision, String host, int port) {}
}
