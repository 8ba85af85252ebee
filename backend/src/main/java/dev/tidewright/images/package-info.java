/**
 * What the tag of a container image means now: a digest, asked of its registry.
 *
 * <p>Promise: only registries that an admin named are ever asked; a registry that does not answer stops nothing.
 */
@ApplicationModule(allowedDependencies = {"kernel"})
@NullMarked
package dev.tidewright.images;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
