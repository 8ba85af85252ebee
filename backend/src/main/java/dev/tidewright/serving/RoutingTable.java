package dev.tidewright.serving;

import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The routes of all endpoints, put together from what the passes saw last. After a start nothing is published until every
 * endpoint was seen once: until then the gateway goes on with the table that it had kept, which knows all of them.
 */
@Component
class RoutingTable {

    private final Traffic traffic;
    private final Map<UUID, Route> routes = new ConcurrentHashMap<>();
    private @Nullable Set<UUID> unseen;
    private List<Route> published = List.of();
    private boolean begun;

    RoutingTable(Traffic traffic) {
        this.traffic = traffic;
    }

    /** When this returns, the gateway sends nothing to targets of this endpoint that are not in {@code route}. */
    synchronized void put(UUID endpoint, Route route, Supplier<List<UUID>> all) {
        routes.put(endpoint, route);
        seen(endpoint, all);
    }

    synchronized void remove(UUID endpoint, Supplier<List<UUID>> all) {
        routes.remove(endpoint);
        seen(endpoint, all);
    }

    private void seen(UUID endpoint, Supplier<List<UUID>> all) {
        if (unseen == null) {
            unseen = new HashSet<>(all.get());
        }
        unseen.remove(endpoint);
        if (!unseen.isEmpty()) {
            return;
        }
        var table = routes.values().stream()
                .sorted(Comparator.comparing(Route::namespace).thenComparing(Route::endpoint))
                .toList();
        if (!begun || !table.equals(published)) {
            traffic.publish(table);
            published = table;
            begun = true;
        }
    }
}
