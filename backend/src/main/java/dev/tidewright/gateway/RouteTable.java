package dev.tidewright.gateway;

import dev.tidewright.gateway.Lane.Place;
import dev.tidewright.gateway.Replica.Address;
import dev.tidewright.serving.Route;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint is served by which replicas. A request first counts itself in flight and then looks whether the replica
 * is still in the table; a publisher first swaps the table and then looks at what is in flight. So one of them sees the
 * other, and a replica that left the table with nothing in flight never gets another request.
 */
final class RouteTable {

    private final Function<String, EndpointMeter> meters;
    private final Map<Address, Replica> replicas = new ConcurrentHashMap<>();
    private volatile Snapshot current = new Snapshot(List.of(), Map.of(), Set.of());
    private boolean published;
    private volatile boolean known;

    RouteTable(Function<String, EndpointMeter> meters) {
        this.meters = meters;
    }

    private record Snapshot(List<Route> routes, Map<String, Lane> lanes, Set<Address> addresses) {}

    /** Returns whether anything changed. */
    synchronized boolean publish(List<Route> routes) {
        published = true;
        known = true;
        return swap(List.copyOf(routes));
    }

    /** Takes over the table of the process before, unless a newer one has come already. */
    synchronized void restore(List<Route> routes) {
        if (!published) {
            known = true;
            swap(List.copyOf(routes));
        }
    }

    private boolean swap(List<Route> routes) {
        var before = current;
        if (before.routes().equals(routes)) {
            return false;
        }
        var lanes = new HashMap<String, Lane>();
        var addresses = new HashSet<Address>();
        for (var route : routes) {
            var key = route.namespace() + "/" + route.endpoint();
            var old = before.lanes().get(key);
            var lane = old != null && old.route().equals(route) ? old : lane(key, route);
            lanes.put(key, lane);
            route.targets().forEach(target -> addresses.add(new Address(target.host(), target.port())));
        }
        current = new Snapshot(routes, Map.copyOf(lanes), Set.copyOf(addresses));
        replicas.values().removeIf(replica -> replica.inFlight() == 0 && !addresses.contains(replica.address()));
        return true;
    }

    private Lane lane(String key, Route route) {
        var places = route.targets().stream()
                .map(target -> new Place(
                        target.revision(),
                        replicas.computeIfAbsent(new Address(target.host(), target.port()), Replica::new)))
                .toList();
        return new Lane(route, places, meters.apply(key));
    }

    List<Route> routes() {
        return current.routes();
    }

    /** {@code key}: namespace, slash, endpoint. */
    @Nullable
    Lane lane(String key) {
        return current.lanes().get(key);
    }

    /** Chooses a replica and counts one request in flight there; the caller ends it. Null: nobody is ready. */
    @Nullable
    Place take(String key, Collection<Replica> tried) {
        while (true) {
            var lane = lane(key);
            var place = lane == null ? null : lane.leastLoaded(tried);
            if (lane == null || place == null) {
                return null;
            }
            place.replica().begin();
            var now = lane(key);
            if (now == lane || (now != null && now.has(place.replica()))) {
                return place;
            }
            place.replica().end();
        }
    }

    int inFlight(String host, int port) {
        var replica = replicas.get(new Address(host, port));
        return replica == null ? 0 : replica.inFlight();
    }

    /** False while nobody has told of any routes, now or in an earlier life. */
    boolean known() {
        return known;
    }

    /** Requests in flight by address, of addresses that are not in the table. */
    Map<String, Integer> draining() {
        var addresses = current.addresses();
        return replicas.values().stream()
                .filter(replica -> !addresses.contains(replica.address()) && replica.inFlight() > 0)
                .collect(Collectors.toMap(replica -> replica.address().toString(), Replica::inFlight));
    }

    boolean drained(String host, int port) {
        return !current.addresses().contains(new Address(host, port)) && inFlight(host, port) == 0;
    }
}
