/**
 * What a page shows of a file that somebody left: its beginning as text, a table, a picture, a notebook.
 *
 * <p>Promise: nothing in a file runs or is fetched from elsewhere, and a file of any size or kind costs no more than a page of it.
 */
@ApplicationModule(allowedDependencies = {"kernel", "artifacts", "catalog", "cluster"})
@NullMarked
package dev.tidewright.preview;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
