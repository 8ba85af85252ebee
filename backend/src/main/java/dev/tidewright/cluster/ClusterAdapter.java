package dev.tidewright.cluster;

import dev.tidewright.kernel.Name;
import java.util.Optional;

/** One cluster. Closing it leaves its workloads running. */
public interface ClusterAdapter extends Cluster, AutoCloseable {

    /** Why it cannot be asked just now; empty while it answers, as far as is known. Returns at once. */
    Optional<Silence> silence();

    /**
     * Why a namespace of this name cannot be made there: it has one that is not this platform's. Empty when nothing is in its
     * way, as far as the cluster tells.
     */
    Optional<String> taken(Name namespace);

    @Override
    void close();
}
