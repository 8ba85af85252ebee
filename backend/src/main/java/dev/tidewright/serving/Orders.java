package dev.tidewright.serving;

import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.kernel.Name;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

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
     * @param autoscaler by which the cluster itself decides from here on, {@code wanted} or not; null: it does not
     * @param endsAutoscaler the cluster was to decide until now
     */
    record Order(
            int number,
            int workload,
            UUID madeFor,
            int wanted,
            boolean shrinks,
            @Nullable Autoscaler autoscaler,
            boolean endsAutoscaler,
            RevisionSpec spec) {}
}
