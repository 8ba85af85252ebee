package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;
import dev.tidewright.query.Condition;
import dev.tidewright.query.Order;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which models or versions somebody looks for.
 *
 * @param orders before "by name, the highest number first"
 * @param limit 1 to 10000
 */
public record CatalogQuery(
        Name namespace,
        List<Condition> conditions,
        List<Order> orders,
        @Nullable String cursor,
        int limit) {}
