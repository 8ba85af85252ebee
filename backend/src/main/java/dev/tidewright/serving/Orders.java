package dev.tidewright.serving;

import dev.tidewright.kernel.Name;
import java.util.List;
import java.util.UUID;

/**
 * What a pass is to do in the cluster.
 *
 * @param explanation for callers while nothing is ready
 * @param rolling replicas are being moved: look again soon
 * @param gone nothing of the endpoint is left
 */
record Orders(
        UUID endpoint,
        Name namespace,
        Name name,
        boolean open,
        String explanation,
        boolean rolling,
        boolean gone,
        List<Order> each) {

    /**
     * What one revision is to run.
     *
     * @param workload the number of the revision that its replicas were first made for
     * @param madeFor the id of that revision
     * @param shrinks fewer than it was told to run before
     */
    record Order(int number, int workload, UUID madeFor, int wanted, boolean shrinks, RevisionSpec spec) {}
}
