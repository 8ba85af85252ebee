/**
 * The one port to whatever runs workloads, and its vocabulary. Adapters: {@code cluster.local} (operating-system processes
 * on this machine), {@code cluster.kubernetes}; {@code Clusters} puts several behind the port. {@code ClusterContract} in the
 * tests states what every adapter promises.
 *
 * <p>Promise: calls are idempotent, return quickly, and never run inside a database transaction.
 */
@ApplicationModule(
        type = ApplicationModule.Type.OPEN,
        allowedDependencies = {"kernel"})
@NullMarked
package dev.tidewright.cluster;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
