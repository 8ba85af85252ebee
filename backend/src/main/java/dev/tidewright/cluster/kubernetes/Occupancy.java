package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Capacity;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is free on the nodes. Pods of others are not watched, since a cluster may have very many: they are listed when
 * somebody asks, and not again for a while. Nor is everything added up for each of many that wait at once.
 */
final class Occupancy {

    private static final Duration FRESH = Duration.ofSeconds(5);
    private static final Duration ADDED_UP = Duration.ofMillis(500);
    private static final String ON_A_NODE = "spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed";

    private final KubernetesClient client;
    private final Calls calls;
    private final Labels labels;
    private final Watches watches;
    private final InstantSource clock;
    private List<Pod> others = List.of();
    private Instant listedAt = Instant.EPOCH;
    private Capacity capacity = new Capacity(List.of());
    private Instant addedUpAt = Instant.EPOCH;

    Occupancy(KubernetesClient client, Calls calls, Labels labels, Watches watches, InstantSource clock) {
        this.client = client;
        this.calls = calls;
        this.labels = labels;
        this.watches = watches;
        this.clock = clock;
    }

    synchronized Capacity now() {
        var now = clock.instant();
        if (addedUpAt.isBefore(now.minus(ADDED_UP))) {
            capacity = Rooms.capacity(
                    watches.nodes(),
                    Stream.concat(watches.pods().stream(), others().stream()).toList());
            addedUpAt = now;
        }
        return capacity;
    }

    private List<Pod> others() {
        var now = clock.instant();
        if (listedAt.isBefore(now.minus(FRESH))) {
            // From the API server's cache: a moment old is good enough here.
            var options = new ListOptionsBuilder()
                    .withFieldSelector(ON_A_NODE)
                    .withResourceVersion("0")
                    .build();
            var listed =
                    calls.call("list pods", () -> client.pods().inAnyNamespace().list(options));
            others = listed.getItems().stream()
                    .filter(pod -> !labels.isOurs(pod))
                    .toList();
            listedAt = now;
        }
        return others;
    }
}
