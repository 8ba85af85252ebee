package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.Capabilities;
import dev.tidewright.cluster.Capacity;
import dev.tidewright.cluster.ChangeHints;
import dev.tidewright.cluster.ClusterAdapter;
import dev.tidewright.cluster.ClusterEvent;
import dev.tidewright.cluster.LogFiles;
import dev.tidewright.cluster.LogSlice;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.Silence;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs workloads as processes of this machine, each under a supervisor that outlives us. Closing it leaves them running;
 * whoever opens the same folder next finds them again.
 */
final class LocalCluster implements ClusterAdapter {

    private final Yard yard;
    private final Pass pass;
    private final Drains drains;
    private final Duration tick;
    private final Pulse pulse = new Pulse(this::beat);
    private final ChangeHints hints = new ChangeHints(id -> true);
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<WorkloadId, Observation> told = new HashMap<>();
    private final Set<WorkloadId> settled = new HashSet<>();

    LocalCluster(Yard yard, Pass pass, Supervisors supervisors, Drains drains, Duration tick) {
        this.yard = yard;
        this.pass = pass;
        this.drains = drains;
        this.tick = tick;
        supervisors.onEnd(pulse::wake);
        pulse.start();
    }

    /** The namespace's limits are kept by its quota; this machine has nothing to set up for it. */
    @Override
    public List<String> provision(Name namespace, Resources limits) {
        return List.of();
    }

    @Override
    public List<String> setAside(Name namespace) {
        return List.of();
    }

    @Override
    public void retire(Name namespace) {
        changing(() -> yard.retire(namespace));
    }

    @Override
    public void apply(Workload workload) {
        changing(() -> {
            yard.apply(workload);
            pass.admit(); // so that the first look at it already says whether and why it waits
        });
    }

    @Override
    public Observation observe(WorkloadId id) {
        return locked(() -> yard.find(id).map(Views::of).orElseGet(() -> Observation.absent(id)));
    }

    @Override
    public void stop(WorkloadId id) {
        changing(() -> yard.stop(id));
    }

    @Override
    public void delete(WorkloadId id) {
        changing(() -> yard.delete(id));
    }

    @Override
    public LogSlice logs(WorkloadId id, String replica, long position, int maxBytes) {
        var found = locked(() -> yard.find(id).stream()
                .flatMap(held -> held.replicas().stream())
                .filter(one -> one.name().equals(replica))
                .map(one -> new Source(new LogFiles(one.folder().resolve("log")), one.isOver()))
                .findFirst());
        return found.map(source -> source.files().read(position, maxBytes, source.ended()))
                .orElseGet(() -> new LogSlice("", position, position, true));
    }

    private record Source(LogFiles files, boolean ended) {}

    @Override
    public void onChange(Consumer<WorkloadId> listener) {
        hints.add(listener);
    }

    /** Nobody else writes here. */
    @Override
    public boolean repair(Workload workload) {
        return true;
    }

    /** Nobody here looks at metrics: {@link #capabilities} says so, and whoever asks for it is refused. */
    @Override
    public void autoscale(WorkloadId id, @Nullable Autoscaler autoscaler) {
        if (autoscaler != null) {
            throw new IllegalStateException("processes of this machine have no autoscaler of their own");
        }
    }

    @Override
    public List<String> unreadable(WorkloadId id, Autoscaler autoscaler) {
        throw new IllegalStateException("processes of this machine have no autoscaler of their own");
    }

    /** There is nobody who would say anything: what happens to a process is in its observation. */
    @Override
    public void onEvent(Consumer<ClusterEvent> listener) {}

    /** Processes only: {@code Programs} has no way to start an image. */
    @Override
    public Capabilities capabilities(Name namespace) {
        return new Capabilities(false, false, false);
    }

    @Override
    public Capacity capacity(Name namespace) {
        return locked(pass::capacity);
    }

    /** Where this process is, so is this machine. */
    @Override
    public Optional<Silence> silence() {
        return Optional.empty();
    }

    /** Nobody else makes namespaces here. */
    @Override
    public Optional<String> taken(Name namespace) {
        return Optional.empty();
    }

    private Duration beat() {
        var drained = drains.drained(locked(pass::drainingPorts));
        lock.lock();
        try {
            try {
                return pass.make(drained, tick, pulse::wake);
            } finally {
                hints.tell(changes());
            }
        } finally {
            lock.unlock();
        }
    }

    /** What looks different from what was told last. Ended workloads are looked at only once. */
    private List<WorkloadId> changes() {
        var changed = new ArrayList<WorkloadId>();
        var present = new HashSet<WorkloadId>();
        for (var held : yard.all()) {
            var id = held.workload().id();
            present.add(id);
            var quiet = held.isQuiet();
            if (quiet && settled.contains(id)) {
                continue;
            }
            var now = Views.of(held);
            if (!now.equals(told.put(id, now))) {
                changed.add(id);
            }
            if (quiet) {
                settled.add(id);
            } else {
                settled.remove(id);
            }
        }
        told.keySet().stream().filter(id -> !present.contains(id)).forEach(changed::add);
        told.keySet().retainAll(present);
        settled.retainAll(present);
        return changed;
    }

    private void changing(Runnable change) {
        locked(() -> {
            change.run();
            return true;
        });
        pulse.wake();
    }

    private <T> T locked(Supplier<T> look) {
        lock.lock();
        try {
            return look.get();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        pulse.close();
        hints.close();
        yard.close();
    }
}
