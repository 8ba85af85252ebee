package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Capacity;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesList;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a real cluster said of one workload, as {@code dev/golden.py} recorded it. */
final class Golden {

    private final WorkloadId id;
    private final @Nullable HasMetadata owner;
    private final List<Pod> pods;
    private final List<Pod> others = new ArrayList<>();
    private final List<Event> events;
    private final List<Node> nodes;
    private Set<String> unlisted = Set.of();

    private Golden(List<HasMetadata> items) {
        owner = items.stream()
                .filter(item -> item instanceof Job || item instanceof Deployment)
                .findFirst()
                .orElse(null);
        pods = only(items, Pod.class);
        events = only(items, Event.class);
        nodes = only(items, Node.class);
        var any = owner == null ? pods.getFirst() : owner;
        id = new Labels("gold").workload(any).orElseThrow();
    }

    static Golden of(String name) {
        try (var file = Objects.requireNonNull(Golden.class.getResourceAsStream(name + ".json"), name)) {
            return new Golden(
                    Serialization.unmarshal(file, KubernetesList.class).getItems());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** With what else runs on the cluster. */
    Golden beside(String name) {
        others.addAll(of(name).pods);
        return this;
    }

    /** Its youngest pod, to be changed where a cluster cannot be made to say something. */
    Pod pod() {
        return pods.stream().max(Evidence.BY_AGE).orElseThrow();
    }

    HasMetadata owner() {
        return Objects.requireNonNull(owner);
    }

    Node node() {
        return nodes.getFirst();
    }

    void nodeIsSilent() {
        node().getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .forEach(condition -> condition.setStatus("Unknown"));
    }

    /** The cluster has listed no address of them. */
    Golden unlisted() {
        unlisted = pods.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
        return this;
    }

    List<Event> events() {
        return events;
    }

    static Capacity capacity() {
        return Rooms.capacity(of("ready").nodes, List.of());
    }

    Golden without(Class<? extends HasMetadata> kind) {
        List.of(pods, events, nodes).forEach(all -> all.removeIf(kind::isInstance));
        return this;
    }

    /** As the adapter shows it when it was recorded. */
    Observation observed() {
        return observed(Duration.ZERO);
    }

    /** As the adapter shows it some time after its pod, or else its owner, was made. */
    Observation observed(Duration later) {
        return observed(made().plus(later), true);
    }

    Observation observed(Instant now, boolean kept) {
        var all = new ArrayList<>(pods);
        all.addAll(others);
        var evidence = new Evidence(id, owner, pods, events, Rooms.capacity(nodes, all), nodes, unlisted);
        return new Observations(GoldenWorkloads.settings().imagePullDeadline()).of(evidence, kept, now);
    }

    Instant made() {
        var first = pods.isEmpty()
                ? Objects.requireNonNull(owner)
                : pods.stream().min(Comparator.comparing(Golden::created)).orElseThrow();
        return Instant.parse(created(first));
    }

    private static String created(HasMetadata object) {
        return object.getMetadata().getCreationTimestamp();
    }

    private static <T extends HasMetadata> List<T> only(List<HasMetadata> items, Class<T> kind) {
        return new ArrayList<>(
                items.stream().filter(kind::isInstance).map(kind::cast).toList());
    }
}
