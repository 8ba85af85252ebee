/**
 * The home page, search and the frame around every page. Reads all features, writes nothing.
 *
 * <p>Promise: what it shows is what the features' own pages show; it keeps no state of its own.
 */
@ApplicationModule(
        allowedDependencies = {
            "kernel",
            "history",
            "tenancy",
            "cluster",
            "artifacts",
            "tracking",
            "catalog",
            "training",
            "serving",
            "rollout",
            "autoscaling",
            "web"
        })
@NullMarked
package dev.tidewright.overview;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
