package dev.tidewright.cluster;

import java.util.Optional;

/** One cluster. Closing it leaves its workloads running. */
public interface ClusterAdapter extends Cluster, AutoCloseable {

    /** Why it cannot be asked just now; empty while it answers, as far as is known. Returns at once. */
    Optional<Silence> silence();

    @Override
    void close();
}
