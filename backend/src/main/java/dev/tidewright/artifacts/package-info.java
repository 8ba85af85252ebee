/**
 * Files: uploads, what jobs leave behind, what versions are made of.
 *
 * <p>Promise: what {@link dev.tidewright.artifacts.Artifacts#store} has answered is on disk with exactly the digest and
 * size it answered; bytes are never changed, and collected only when no row refers to them.
 */
@ApplicationModule(allowedDependencies = {"kernel", "reconcile", "tenancy"})
@NullMarked
package dev.tidewright.artifacts;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
