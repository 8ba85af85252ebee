/**
 * Tells receivers outside what happens in the registry of a namespace: who is told what, the outbox, and the log of what became
 * of each delivery.
 *
 * <p>Promise: what a committed change is to tell is sent at least once, in the order of the changes except for what has to be
 * repeated; or it is given up after a bounded time, and the log and the history say so. No transaction is open while a receiver
 * is asked, and no address is reached that its owner may not be after.
 */
@ApplicationModule(allowedDependencies = {"kernel", "tenancy", "catalog", "reconcile"})
@NullMarked
package dev.tidewright.webhooks;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
