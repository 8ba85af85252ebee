/**
 * What the cluster said of workloads, kept for longer than the cluster remembers it.
 *
 * <p>Promise: an event is kept once, however often and by however many servers it is heard; the newest 200 of a workload, for 30
 * days.
 */
@ApplicationModule(allowedDependencies = {"kernel", "cluster"})
@NullMarked
package dev.tidewright.events;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
