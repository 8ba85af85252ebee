/**
 * The loop that brings the world to what is wanted: a durable table of work items, claimed by row, worked one pass at a
 * time.
 *
 * <p>Promise: an item that was put in a committed transaction is worked at least once after that commit, by one worker at
 * a time, again after a crash, and again when a hint arrived during the pass.
 */
@ApplicationModule(allowedDependencies = {"kernel"})
@NullMarked
package dev.tidewright.reconcile;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
