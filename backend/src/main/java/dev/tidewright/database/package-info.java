/**
 * The embedded PostgreSQL of an installation that was given no database.
 *
 * <p>Promise: real, durable (fsync on), one process a folder, found again after any crash.
 */
@ApplicationModule(allowedDependencies = {"kernel"})
@NullMarked
package dev.tidewright.database;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
