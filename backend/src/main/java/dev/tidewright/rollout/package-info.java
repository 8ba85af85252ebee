/**
 * How replicas move from one revision to the next: one pure function, {@link dev.tidewright.rollout.RolloutPlan#step},
 * that is asked again at every pass.
 *
 * <p>Promise: what it wants never has more than {@code target + maxSurge} replicas that are not draining, never takes a
 * ready replica away while that leaves fewer than {@code target - maxUnavailable}, and every history ends complete or
 * stuck. It knows neither database nor cluster.
 */
@ApplicationModule(allowedDependencies = {"kernel"})
@NullMarked
package dev.tidewright.rollout;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
