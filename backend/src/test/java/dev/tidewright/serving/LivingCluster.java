package dev.tidewright.serving;

import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.AutoscalerStatus;
import dev.tidewright.cluster.FakeCluster;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in memory whose services live as the port promises: replicas start, get ready after a while, drain when they
 * are told to go. It watches the bounds of every rollout at every change.
 */
class LivingCluster extends FakeCluster {

    private final InstantSource clock;
    private final Random random;
    private final Map<WorkloadId, List<ReplicaStatus>> replicas = new HashMap<>();
    private final Set<WorkloadId> bad = new HashSet<>();
    private final Map<WorkloadId, Autoscaler> autoscalers = new HashMap<>();
    private final Set<WorkloadId> left = new HashSet<>();
    private String refusal = "";
    private int count;

    /** How often it was told how to scale something. */
    int autoscaled;

    /** Who else set the number of replicas. */
    @Nullable
    String numberedBy;

    LivingCluster(InstantSource clock, long seed) {
        super(clock);
        this.clock = clock;
        random = new Random(seed);
    }

    /** Replicas of this workload end again and again. */
    void neverReady(WorkloadId id) {
        bad.add(id);
    }

    void heal(WorkloadId id) {
        bad.remove(id);
    }

    /** It takes no autoscaler and says this. */
    void refusesAutoscalers(String sentence) {
        refusal = sentence;
    }

    @Override
    public void onChange(Consumer<WorkloadId> listener) {
        // The test turns the loop by hand; the application's own loop must not hear of these workloads.
    }

    /** Somebody else deletes it, and what keeps it. */
    void loses(WorkloadId id) {
        applied.remove(id);
        autoscalers.remove(id);
        replicas.remove(id);
        seen.remove(id);
    }

    /** Somebody else deletes what keeps the replicas, and leaves them. */
    void leaves(WorkloadId id) {
        left.add(id);
        show(id);
    }

    @Override
    public Observation observe(WorkloadId id) {
        var now = super.observe(id);
        return now.phase() == Observation.Phase.ABSENT
                ? now.missing("the keeper of " + id.name() + " is missing")
                : now;
    }

    @Override
    public void apply(Workload workload) {
        super.apply(workload);
        left.remove(workload.id());
        var service = (Workload.Service) workload;
        if (autoscalers.containsKey(service.id())) {
            throw new AssertionError("replicas are written while an autoscaler decides them");
        }
        resize(service.id(), service.replicas());
    }

    @Override
    public void autoscale(WorkloadId id, @Nullable Autoscaler autoscaler) {
        autoscaled++;
        if (autoscaler == null) {
            autoscalers.remove(id);
        } else {
            autoscalers.put(id, autoscaler);
        }
        show(id);
    }

    @Nullable
    Autoscaler autoscaler(WorkloadId id) {
        return autoscalers.get(id);
    }

    /** The autoscaler wants this many, and has as many of them as its bounds allow. */
    void wants(WorkloadId id, int replicas) {
        var bounds = Objects.requireNonNull(autoscalers.get(id));
        resize(id, Math.clamp(replicas, bounds.min(), bounds.max()));
    }

    private void resize(WorkloadId id, int wanted) {
        var all = replicas.computeIfAbsent(id, fresh -> new ArrayList<>());
        while (staying(all) < wanted) {
            all.add(status("x" + ++count, ReplicaStatus.Phase.STARTING, 0, ""));
        }
        while (staying(all) > wanted) {
            drainOne(all);
        }
        show(id);
    }

    @Override
    public void delete(WorkloadId id) {
        super.delete(id);
        autoscalers.remove(id);
        replicas.remove(id);
    }

    /** Lets time pass: things that may happen, happen or not. */
    void live() {
        replicas.forEach((id, all) -> {
            all.removeIf(replica -> replica.phase() == ReplicaStatus.Phase.DRAINING && random.nextInt(3) == 0);
            all.replaceAll(replica -> {
                if (replica.phase() == ReplicaStatus.Phase.DRAINING) {
                    return replica;
                }
                if (bad.contains(id)) {
                    return status(
                            replica.name(),
                            ReplicaStatus.Phase.CRASHED,
                            replica.restarts() + 1,
                            "No module named nope");
                }
                return random.nextInt(3) == 0 ? status(replica.name(), ReplicaStatus.Phase.READY, 0, "") : replica;
            });
            show(id);
        });
    }

    int ready(WorkloadId id) {
        return (int) replicas.getOrDefault(id, List.of()).stream()
                .filter(replica -> replica.phase() == ReplicaStatus.Phase.READY)
                .count();
    }

    int staying(WorkloadId id) {
        return staying(replicas.getOrDefault(id, List.of()));
    }

    int readyOfAll() {
        return replicas.keySet().stream().mapToInt(this::ready).sum();
    }

    int stayingOfAll() {
        return replicas.keySet().stream().mapToInt(this::staying).sum();
    }

    private void drainOne(List<ReplicaStatus> all) {
        var goes = all.stream()
                .filter(replica ->
                        replica.phase() != ReplicaStatus.Phase.DRAINING && replica.phase() != ReplicaStatus.Phase.READY)
                .findFirst()
                .orElseGet(() -> all.stream()
                        .filter(replica -> replica.phase() == ReplicaStatus.Phase.READY)
                        .toList()
                        .getLast());
        all.set(all.indexOf(goes), status(goes.name(), ReplicaStatus.Phase.DRAINING, 0, ""));
    }

    private void show(WorkloadId id) {
        seen.put(
                id,
                new Observation(
                        id,
                        Observation.Phase.RUNNING,
                        "",
                        "",
                        replicas.getOrDefault(id, List.of()),
                        clock.instant(),
                        null,
                        status(id),
                        List.of(),
                        left.contains(id) ? "the keeper of " + id.name() + " is missing" : ""));
    }

    private @Nullable AutoscalerStatus status(WorkloadId id) {
        var autoscaler = autoscalers.get(id);
        var reading = new AutoscalerStatus.Reading("cpu", 83.0, 70, "%");
        return autoscaler == null
                ? null
                : new AutoscalerStatus(
                        autoscaler,
                        staying(id),
                        refusal.isEmpty(),
                        refusal.isEmpty() ? "cpu 83 %, the target is 70 %" : refusal,
                        List.of(reading),
                        clock.instant(),
                        numberedBy);
    }

    private ReplicaStatus status(String name, ReplicaStatus.Phase phase, int restarts, String message) {
        return new ReplicaStatus(
                name,
                phase,
                "127.0.0.1",
                20_000 + Integer.parseInt(name.substring(1)),
                restarts,
                phase == ReplicaStatus.Phase.CRASHED ? "CRASH_LOOP" : "",
                message,
                clock.instant());
    }

    private static int staying(List<ReplicaStatus> all) {
        return (int) all.stream()
                .filter(replica -> replica.phase() != ReplicaStatus.Phase.DRAINING)
                .count();
    }
}
