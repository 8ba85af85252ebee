package dev.tidewright.cluster;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All clusters behind the one port: each call goes to the cluster of its namespace, what any of them tells goes to everybody
 * who listens. One that is away neither holds up nor blinds the others; one that is not configured any more is away.
 */
public final class Clusters implements Cluster {

    private final Map<Name, ClusterAdapter> byName = new TreeMap<>();
    private final Map<Name, Turnstile> turnstiles = new TreeMap<>();
    private final Placement placement;

    Clusters(Collection<NamedClusters> contributed, Placement placement) {
        this.placement = placement;
        contributed.forEach(some -> byName.putAll(some.byName()));
        if (byName.size() > 1) {
            byName.keySet().forEach(name -> turnstiles.put(name, new Turnstile()));
        }
    }

    /**
     * How one of them is.
     *
     * @param silence why it cannot be asked; null while it can
     */
    public record State(Name name, @Nullable Silence silence) {}

    public ClusterNames names() {
        return ClusterNames.of(byName.keySet());
    }

    public List<State> states() {
        return names().all().stream().map(this::state).toList();
    }

    /** Also of one that is not configured. */
    public State state(Name cluster) {
        var adapter = byName.get(cluster);
        return new State(
                cluster,
                adapter == null
                        ? new Silence(null, NotConfigured.sentence(cluster))
                        : adapter.silence().orElse(null));
    }

    /**
     * Why a namespace that is still to be made cannot be made in this cluster; empty when nothing is known against it, also
     * because the cluster cannot be asked just now.
     */
    public Optional<String> taken(Name cluster, Name namespace) {
        var adapter = byName.get(cluster);
        try {
            return adapter == null ? Optional.empty() : passed(cluster, () -> adapter.taken(namespace));
        } catch (ClusterUnavailable away) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> provision(Name namespace, Resources limits) {
        return ask(namespace, cluster -> cluster.provision(namespace, limits));
    }

    @Override
    public List<String> setAside(Name namespace) {
        return required(placement.clusterOf(namespace)).setAside(namespace);
    }

    @Override
    public void retire(Name namespace) {
        tell(namespace, cluster -> cluster.retire(namespace));
    }

    @Override
    public void apply(Workload workload) {
        tell(workload.id().namespace(), cluster -> cluster.apply(workload));
    }

    @Override
    public boolean repair(Workload workload) {
        return ask(workload.id().namespace(), cluster -> cluster.repair(workload));
    }

    @Override
    public void autoscale(WorkloadId id, @Nullable Autoscaler autoscaler) {
        tell(id.namespace(), cluster -> cluster.autoscale(id, autoscaler));
    }

    @Override
    public List<String> unreadable(WorkloadId id, Autoscaler autoscaler) {
        return ask(id.namespace(), cluster -> cluster.unreadable(id, autoscaler));
    }

    @Override
    public Observation observe(WorkloadId id) {
        return ask(id.namespace(), cluster -> cluster.observe(id));
    }

    @Override
    public void stop(WorkloadId id) {
        tell(id.namespace(), cluster -> cluster.stop(id));
    }

    @Override
    public void delete(WorkloadId id) {
        tell(id.namespace(), cluster -> cluster.delete(id));
    }

    /** Beside the turnstile: what programs said is read from where it is kept, not from the cluster. */
    @Override
    public LogSlice logs(WorkloadId id, String replica, long position, int maxBytes) {
        return required(placement.clusterOf(id.namespace())).logs(id, replica, position, maxBytes);
    }

    @Override
    public void onChange(Consumer<WorkloadId> listener) {
        byName.values().forEach(cluster -> cluster.onChange(listener));
    }

    @Override
    public void onEvent(Consumer<ClusterEvent> listener) {
        byName.values().forEach(cluster -> cluster.onEvent(listener));
    }

    @Override
    public Capabilities capabilities(Name namespace) {
        return Optional.ofNullable(byName.get(placement.clusterOf(namespace)))
                .map(cluster -> cluster.capabilities(namespace))
                .orElse(new Capabilities(true, true, true));
    }

    @Override
    public Capacity capacity(Name namespace) {
        return ask(namespace, cluster -> cluster.capacity(namespace));
    }

    private void tell(Name namespace, Consumer<Cluster> call) {
        ask(namespace, cluster -> {
            call.accept(cluster);
            return true;
        });
    }

    private <T> T ask(Name namespace, Function<Cluster, T> call) {
        var name = placement.clusterOf(namespace);
        var cluster = required(name);
        return passed(name, () -> call.apply(cluster));
    }

    private <T> T passed(Name name, Supplier<T> call) {
        var turnstile = turnstiles.get(name);
        return turnstile == null ? call.get() : named(name, () -> turnstile.pass(call));
    }

    private ClusterAdapter required(Name name) {
        var cluster = byName.get(name);
        if (cluster == null) {
            throw new NotConfigured(name);
        }
        return cluster;
    }

    /** Where there are several, a sentence about one says which. */
    private static <T> T named(Name name, Supplier<T> call) {
        try {
            return call.get();
        } catch (NamespaceGoing going) {
            throw going.in(name);
        } catch (ClusterUnavailable away) {
            throw new ClusterUnavailable("cluster " + name + ": " + away.getMessage(), away);
        }
    }

    /** A namespace is in a cluster that is not configured (any more): as one that is away. */
    static final class NotConfigured extends ClusterUnavailable {

        NotConfigured(Name cluster) {
            super(sentence(cluster), new IllegalStateException());
        }

        static String sentence(Name cluster) {
            return "the cluster " + cluster + " is not configured";
        }
    }
}
