/**
 * The pages of experiments and runs: lists, tables, one run, several side by side, what they have stored. Reads {@code tracking}, writes
 * nothing.
 *
 * <p>Promise: what is filtered, sorted, chosen and compared is in the address; a page of a table costs the same however many runs there
 * are beside it.
 */
@ApplicationModule(allowedDependencies = {"kernel", "query", "tenancy", "artifacts", "tracking", "preview", "catalog"})
@NullMarked
package dev.tidewright.experiments;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
