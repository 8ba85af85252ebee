package dev.tidewright.serving;

import java.time.Instant;
import java.util.UUID;

/** Keeps what the cluster's own autoscaler decided. Implemented by {@code autoscaling}; joins the caller's transaction. */
public interface ScalingLog {

    void add(UUID endpoint, int from, int to, ClusterScaling why, Instant at);
}
