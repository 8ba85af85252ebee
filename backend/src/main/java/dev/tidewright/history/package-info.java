/**
 * Append-only history and audit.
 *
 * <p>Promise: every {@link dev.tidewright.kernel.Transition} that a committed transaction published is one row, for ever;
 * a reader that resumes after a sequence number misses none.
 */
@ApplicationModule(allowedDependencies = {"kernel"})
@NullMarked
package dev.tidewright.history;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
