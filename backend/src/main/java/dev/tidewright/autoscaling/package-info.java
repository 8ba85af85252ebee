/**
 * Decides how many replicas an endpoint has, from the gateway's counters.
 *
 * <p>Promise: the number stays within the bounds of the revision that is wanted, nobody else writes it, and every
 * decision that changed it is kept with its numbers.
 */
@ApplicationModule(allowedDependencies = {"kernel", "reconcile", "serving", "tenancy"})
@NullMarked
package dev.tidewright.autoscaling;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
