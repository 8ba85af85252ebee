/**
 * The vocabulary every feature speaks: names, amounts, refusals, paging, the actor, and the shape of API objects.
 *
 * <p>Promise: no beans, no database, no dependency on any other module.
 */
@ApplicationModule(
        type = ApplicationModule.Type.OPEN,
        allowedDependencies = {})
@NullMarked
package dev.tidewright.kernel;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
