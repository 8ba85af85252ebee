/**
 * Teams: namespaces, members and roles, users and tokens, and quotas with their ledger.
 *
 * <p>Promise: what is reserved never exceeds the namespace's hard limits, whatever happens at the same time; a caller
 * who is no member of a namespace cannot tell whether it exists.
 */
@ApplicationModule(allowedDependencies = {"kernel", "history", "reconcile", "cluster"})
@NullMarked
package dev.tidewright.tenancy;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
