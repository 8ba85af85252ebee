package dev.tidewright.gateway;

import dev.tidewright.serving.Route;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One route with the live state of its replicas. */
final class Lane {

    private final Route route;
    private final List<Place> places;
    private final EndpointMeter meter;
    private final AtomicInteger turn = new AtomicInteger();

    Lane(Route route, List<Place> places, EndpointMeter meter) {
        this.route = route;
        this.places = List.copyOf(places);
        this.meter = meter;
    }

    /** One replica as this endpoint's target. */
    record Place(int revision, Replica replica) {}

    Route route() {
        return route;
    }

    EndpointMeter meter() {
        return meter;
    }

    boolean has(Replica replica) {
        return places.stream().anyMatch(place -> place.replica() == replica);
    }

    /** The place with the fewest requests in flight, in turn among equals; null when all were tried or there is none. */
    @Nullable
    Place leastLoaded(Collection<Replica> tried) {
        var now = System.nanoTime();
        var first = Math.floorMod(turn.getAndIncrement(), Math.max(1, places.size()));
        @Nullable Place best = null;
        var bestLoad = Long.MAX_VALUE;
        for (int i = 0; i < places.size(); i++) {
            var place = places.get((first + i) % places.size());
            if (tried.contains(place.replica())) {
                continue;
            }
            var load = place.replica().inFlight() + (place.replica().avoided(now) ? 1L << 32 : 0);
            if (load < bestLoad) {
                best = place;
                bestLoad = load;
            }
        }
        return best;
    }
}
