package dev.tidewright.cluster;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A cluster in memory. Nothing happens in it by itself: the test starts, ends and loses what was applied. */
public class FakeCluster implements ClusterAdapter {

    public final Map<WorkloadId, Workload> applied = new LinkedHashMap<>();
    public final Map<WorkloadId, Observation> seen = new LinkedHashMap<>();
    public final Map<WorkloadId, StringBuilder> written = new HashMap<>();
    /** Every workload that was ever started, once for each start: a doubled one is a double start. */
    public final List<WorkloadId> starts = new ArrayList<>();

    public final Set<Name> foreign = new HashSet<>();
    /** What the next calls of {@code provision} find changed, one each. */
    public final List<String> repairs = new ArrayList<>();

    /** Every repair that was asked for. */
    public final List<WorkloadId> repaired = new ArrayList<>();

    /** What others changed cannot be put back. */
    public boolean refusesRepair;

    /** What lies in every namespace and is nobody's. */
    public final List<String> aside = new ArrayList<>();

    /** What every program says when it is told to stop. */
    public String lastWords = "";

    public boolean away;
    /** The call with this number (from 1) throws; with {@code faultAfter} only once it has taken effect. 0: never. */
    public int faultAt;

    public boolean faultAfter;
    public int calls;

    private final InstantSource clock;
    private final List<Consumer<WorkloadId>> listeners = new ArrayList<>();

    public FakeCluster(InstantSource clock) {
        this.clock = clock;
    }

    /** Replaces what is known of a workload and tells the listeners. */
    public void now(WorkloadId id, Observation.Phase phase, @Nullable Exit exit, ReplicaStatus... replicas) {
        seen.put(id, new Observation(id, phase, "", "", List.of(replicas), clock.instant(), exit));
        listeners.forEach(listener -> listener.accept(id));
    }

    public void ends(WorkloadId id, int code, String reason, String terminationLog) {
        var phase = code == 0 ? Observation.Phase.SUCCEEDED : Observation.Phase.FAILED;
        now(id, phase, new Exit(code, reason, terminationLog, 64 << 20, clock.instant()));
    }

    @Override
    public void apply(Workload workload) {
        call(() -> {
            applied.put(workload.id(), workload);
            if (!seen.containsKey(workload.id())) {
                starts.add(workload.id());
                now(workload.id(), Observation.Phase.RUNNING, null);
            }
        });
    }

    @Override
    public Observation observe(WorkloadId id) {
        call(() -> {});
        return seen.getOrDefault(id, Observation.absent(id));
    }

    /** What has begun says its last words, and has ended. */
    @Override
    public void stop(WorkloadId id) {
        call(() -> {
            var now = seen.get(id);
            if (now != null && now.exit() == null) {
                written.computeIfAbsent(id, one -> new StringBuilder()).append(lastWords);
                ends(id, 143, "STOPPED", "");
            }
        });
    }

    @Override
    public void delete(WorkloadId id) {
        call(() -> List.of(applied, seen, written).forEach(all -> all.remove(id)));
    }

    @Override
    public LogSlice logs(WorkloadId id, String replica, long position, int maxBytes) {
        call(() -> {});
        var bytes = written.getOrDefault(id, new StringBuilder()).toString().getBytes(StandardCharsets.UTF_8);
        var from = (int) Math.min(position, bytes.length);
        var to = Math.min(from + maxBytes, bytes.length);
        var ended = seen.containsKey(id) && seen.get(id).exit() != null && to == bytes.length;
        return new LogSlice(new String(bytes, from, to - from, StandardCharsets.UTF_8), from, to, ended);
    }

    @Override
    public List<String> provision(Name namespace, Resources limits) {
        call(() -> {});
        if (foreign.contains(namespace)) {
            throw new NamespaceRefused("the cluster has a namespace " + namespace + " of somebody else's");
        }
        return repairs.isEmpty() ? List.of() : List.of(repairs.removeFirst());
    }

    @Override
    public Optional<String> taken(Name namespace) {
        call(() -> {});
        return foreign.contains(namespace) ? Optional.of("there is a " + namespace + " already") : Optional.empty();
    }

    @Override
    public List<String> setAside(Name namespace) {
        return List.copyOf(aside);
    }

    @Override
    public void retire(Name namespace) {
        call(() -> seen.keySet().removeIf(id -> id.namespace().equals(namespace)));
    }

    @Override
    public void onChange(Consumer<WorkloadId> listener) {
        listeners.add(listener);
    }

    @Override
    public boolean repair(Workload workload) {
        if (refusesRepair) {
            return false;
        }
        repaired.add(workload.id());
        seen.computeIfPresent(workload.id(), (id, was) -> was.altered(List.of()));
        return true;
    }

    @Override
    public void autoscale(WorkloadId id, @Nullable Autoscaler autoscaler) {
        call(() -> {});
    }

    @Override
    public List<String> unreadable(WorkloadId id, Autoscaler autoscaler) {
        return List.of();
    }

    @Override
    public void onEvent(Consumer<ClusterEvent> listener) {}

    @Override
    public Capabilities capabilities(Name namespace) {
        return new Capabilities(true, true, true);
    }

    @Override
    public Capacity capacity(Name namespace) {
        return new Capacity(List.of());
    }

    @Override
    public Optional<Silence> silence() {
        return away ? Optional.of(new Silence(null, "the fake cluster is away")) : Optional.empty();
    }

    @Override
    public void close() {}

    private void call(Runnable effect) {
        if (away) {
            throw new ClusterUnavailable("the fake cluster is away", new IllegalStateException());
        }
        var faulty = ++calls == faultAt;
        if (!faulty || faultAfter) {
            effect.run();
        }
        if (faulty) {
            throw new IllegalStateException("killed at call " + calls);
        }
    }
}
