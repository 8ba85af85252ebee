package dev.tidewright.tracking;

import dev.tidewright.kernel.Name;
import dev.tidewright.query.Condition;
import dev.tidewright.query.Order;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which runs somebody looks for.
 *
 * @param experiments their numbers; none of them: no runs
 * @param orders before "the youngest first"
 * @param limit 1 to 50000
 */
public record RunQuery(
        Name namespace,
        Collection<Long> experiments,
        Lifecycle lifecycle,
        List<Condition> conditions,
        List<Order> orders,
        @Nullable String cursor,
        int limit) {}
