/**
 * Training jobs and their attempts: what was asked, where it waits, how it went.
 *
 * <p>Promise: a job that was accepted reaches a terminal status or keeps being worked on; no attempt is started twice; the
 * log of an attempt outlives its workload; a cluster that does not answer makes a job unknown, never failed.
 */
@ApplicationModule(
        allowedDependencies = {
            "kernel",
            "history",
            "reconcile",
            "cluster",
            "tenancy",
            "artifacts",
            "tracking",
            "preview",
            "catalog",
            "images",
            "events"
        })
@NullMarked
package dev.tidewright.training;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
