/**
 * Registered models, their versions and aliases.
 *
 * <p>Promise: the versions of a model are numbered 1, 2, 3 … without a gap; the files of a version never change; every
 * move of an alias stays known; nothing that somebody uses is deleted.
 */
@ApplicationModule(allowedDependencies = {"kernel", "history", "tenancy", "artifacts", "tracking", "query"})
@NullMarked
package dev.tidewright.catalog;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
