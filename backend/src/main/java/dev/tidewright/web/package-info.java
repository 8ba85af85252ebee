/**
 * The edge: security, problem details, idempotency keys, the event stream and the layout of pages.
 *
 * <p>Promise: every refusal is answered with a stable code and a sentence; no fault ever shows its insides.
 */
@ApplicationModule(allowedDependencies = {"kernel", "tenancy", "history"})
@NullMarked
package dev.tidewright.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
