package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.cluster.local.SupervisorFiles.Card;
import dev.tidewright.cluster.local.SupervisorFiles.Saved;
import dev.tidewright.kernel.Name;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The workloads of this machine, in memory and in their folders. Not safe for threads. */
final class Yard implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Yard.class.getName());
    private static final Pattern SEGMENT = Pattern.compile("[a-z0-9][a-z0-9._-]{0,199}");

    private final Store store;
    private final Supervisors supervisors;
    private final InstantSource clock;
    private final Map<WorkloadId, Held> all = new LinkedHashMap<>();
    private long lastOrder;

    /** Finds everything again that an earlier process left here, running or not. */
    Yard(Store store, Supervisors supervisors, InstantSource clock) {
        this.store = store;
        this.supervisors = supervisors;
        this.clock = clock;
        store.emptyTrash();
        Store.folders(store.root()).stream()
                .flatMap(namespace -> Store.folders(namespace).stream())
                .flatMap(kind -> Store.folders(kind).stream())
                .forEach(this::adopt);
    }

    private void adopt(Path folder) {
        try {
            Store.read(folder.resolve("spec.json"), Saved.class).ifPresent(saved -> hold(folder, saved));
        } catch (RuntimeException e) {
            // One unreadable folder must not keep the others from being found.
            LOG.log(System.Logger.Level.ERROR, "the workload in " + folder + " is not readable and is set aside", e);
            store.setAside(folder);
        }
    }

    private void hold(Path folder, Saved saved) {
        var held = new Held(folder, saved, supervisors);
        all.put(saved.workload().id(), held);
        held.replicas()
                .forEach(replica ->
                        lastOrder = Math.max(lastOrder, replica.card().order()));
    }

    Collection<Held> all() {
        return List.copyOf(all.values());
    }

    Optional<Held> find(WorkloadId id) {
        return Optional.ofNullable(all.get(id));
    }

    Store store() {
        return store;
    }

    long nextOrder() {
        return ++lastOrder;
    }

    /** One that is being deleted stays so: it can be applied again once it is absent. */
    void apply(Workload workload) {
        var known = all.get(workload.id());
        if (known == null) {
            add(workload);
        } else if (!known.isDeleting()) {
            change(known, workload);
        }
        // At once, so that two calls one after the other are two changes.
        find(workload.id()).ifPresent(held -> held.fit(store, clock.instant(), this::nextOrder));
    }

    private void add(Workload workload) {
        var place = place(workload.id());
        var saved = new Saved(clock.instant(), withoutSecrets(workload));
        var draft = store.draft();
        Held.lay(draft, saved, new Card(nextOrder(), saved.appliedAt()), supervisors);
        keepSecrets(draft, workload);
        Store.publish(draft, place);
        hold(place, saved);
    }

    /** Tokens expire: what starts from now on gets the newest ones. */
    private static void change(Held known, Workload workload) {
        switch (workload) {
            case Workload.Batch batch -> {
                if (known.replicas().stream().noneMatch(Replica::isAdmitted)) {
                    keepSecrets(known.folder(), batch);
                }
            }
            case Workload.Service service -> {
                keepSecrets(known.folder(), service);
                known.scaleTo(service.replicas());
            }
        }
    }

    private static void keepSecrets(Path folder, Workload workload) {
        var secrets = workload.program().secrets();
        var file = folder.resolve(Programs.SECRETS);
        if (!secrets.isEmpty()
                && !Store.read(file, Secrets.class).map(Secrets::values).equals(Optional.of(secrets))) {
            Store.write(file, new Secrets(new TreeMap<>(secrets)));
        }
    }

    /** {@code secrets.json}: readable by this user only; a batch's is removed when it starts. */
    record Secrets(
            @com.fasterxml.jackson.annotation.JsonValue SortedMap<String, String> values) {
        @com.fasterxml.jackson.annotation.JsonCreator
        Secrets {}

        @Override
        public String toString() {
            return "Secrets" + values.keySet();
        }
    }

    void stop(WorkloadId id) {
        find(id).ifPresent(Held::stop);
    }

    void delete(WorkloadId id) {
        find(id).ifPresent(Held::delete);
    }

    void retire(Name namespace) {
        all.forEach((id, held) -> {
            if (id.namespace().equals(namespace)) {
                held.delete();
            }
        });
    }

    void forget(Held held) {
        store.discard(held.folder());
        store.prune(held.folder().resolve(".."));
        all.remove(held.workload().id());
    }

    private Path place(WorkloadId id) {
        for (var segment : List.of(id.kind(), id.name())) {
            if (!SEGMENT.matcher(segment).matches()) {
                throw new IllegalArgumentException("not a workload's name: " + id);
            }
        }
        return store.root().resolve(id.namespace().value(), id.kind(), id.name());
    }

    private static Workload withoutSecrets(Workload workload) {
        var program = new Program(workload.program().entry(), workload.program().environment(), Map.of());
        return switch (workload) {
            case Workload.Batch batch ->
                new Workload.Batch(batch.id(), program, batch.resources(), batch.stopGrace(), batch.deadline());
            case Workload.Service service ->
                new Workload.Service(
                        service.id(),
                        program,
                        service.resources(),
                        service.stopGrace(),
                        service.replicas(),
                        service.readiness(),
                        service.drainDeadline());
        };
    }

    @Override
    public void close() {
        store.close();
    }
}
