/**
 * The data plane: an asynchronous HTTP proxy on its own port that sends each request to the least loaded ready replica.
 *
 * <p>Promise: it serves from its last table whatever happens to the control plane and the database; a request is never
 * sent to a replica that drains.
 */
@ApplicationModule(allowedDependencies = {"kernel", "serving", "tenancy", "cluster"})
@NullMarked
package dev.tidewright.gateway;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
