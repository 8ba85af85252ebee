/**
 * Endpoints, their immutable revisions, and where requests go.
 *
 * <p>Promise: a revision never changes; the gateway is told of a replica only while it is ready; whatever served when,
 * and who wanted it, is in the history.
 */
@ApplicationModule(
        allowedDependencies = {
            "kernel",
            "history",
            "reconcile",
            "cluster",
            "tenancy",
            "artifacts",
            "catalog",
            "rollout",
            "images",
            "events"
        })
@NullMarked
package dev.tidewright.serving;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
