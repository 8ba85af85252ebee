/**
 * Experiments and what their runs record: parameters, metrics with their whole history, tags, the data they read.
 *
 * <p>Promise: a point that was accepted is kept once, however often it was sent; a parameter never changes its value.
 */
@ApplicationModule(allowedDependencies = {"kernel", "query", "history", "tenancy", "artifacts"})
@NullMarked
package dev.tidewright.tracking;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
