/**
 * What a list is narrowed down and sorted by, and how both become SQL.
 *
 * <p>Promise: values never become part of the SQL text; a page begins exactly where the one before it ended.
 */
@ApplicationModule(allowedDependencies = {"kernel"})
@NullMarked
package dev.tidewright.query;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
