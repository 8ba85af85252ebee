package dev.tidewright.serving;

import dev.tidewright.events.ClusterEvents;
import dev.tidewright.events.KeptEvent;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What the cluster said of an endpoint's replicas. */
@Component
class EndpointEvents {

    private final Endpoints endpoints;
    private final ClusterEvents events;

    EndpointEvents(Endpoints endpoints, ClusterEvents events) {
        this.endpoints = endpoints;
        this.events = events;
    }

    Slice<KeptEvent> list(Name namespace, Name name, @Nullable String cursor, int limit) {
        var endpoint = endpoints.require(namespace, name);
        return events.ofEndpoint(namespace, name, endpoint.createdAt(), cursor, limit);
    }
}
