package dev.tidewright.cluster.local;

import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.local.SupervisorFiles.Card;
import dev.tidewright.cluster.local.SupervisorFiles.Saved;
import dev.tidewright.cluster.local.SupervisorFiles.Scale;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;

/** A workload that is here, with its replicas. */
final class Held {

    private static final String DELETING = "deleting";

    private final Path folder;
    private final Saved saved;
    private final Supervisors supervisors;
    private final List<Replica> replicas = new ArrayList<>();
    private Scale scale;
    private boolean deleting;

    /** Finds the replicas that are there. */
    Held(Path folder, Saved saved, Supervisors supervisors) {
        this.folder = folder;
        this.saved = saved;
        this.supervisors = supervisors;
        this.scale = Store.read(folder.resolve("scale.json"), Scale.class).orElse(new Scale(0, 1));
        this.deleting = Files.exists(folder.resolve(DELETING));
        for (var below : Store.folders(folder)) {
            Store.read(below.resolve("replica.json"), Card.class)
                    .ifPresent(card -> replicas.add(new Replica(below, saved.workload(), card, supervisors)));
        }
    }

    Path folder() {
        return folder;
    }

    Workload workload() {
        return saved.workload();
    }

    Instant appliedAt() {
        return saved.appliedAt();
    }

    List<Replica> replicas() {
        return replicas;
    }

    boolean isImage() {
        return workload().program().entry() instanceof Program.Image;
    }

    boolean isDeleting() {
        return deleting;
    }

    /** Everything of it has ended and nothing will start again. */
    boolean isGone() {
        return deleting && replicas.stream().noneMatch(replica -> replica.isAdmitted() && !replica.isOver());
    }

    boolean isQuiet() {
        return !deleting
                && replicas.stream().allMatch(Replica::isOver)
                && (!(workload() instanceof Workload.Service) || replicas.size() == scale.replicas());
    }

    /** What runs ends and stays; what never ran has nothing to stay for. */
    void stop() {
        if (replicas.stream().noneMatch(Replica::isAdmitted)) {
            delete();
        }
        replicas.forEach(Replica::stop);
    }

    void delete() {
        if (!deleting) {
            Store.mark(folder.resolve(DELETING));
            deleting = true;
        }
        replicas.forEach(Replica::stop);
    }

    void scaleTo(int wanted) {
        if (scale.replicas() != wanted) {
            remember(new Scale(wanted, scale.next()));
        }
    }

    private void remember(Scale changed) {
        Store.write(folder.resolve("scale.json"), changed);
        scale = changed;
    }

    /** Brings the replicas of a service to the number that is wanted. */
    void fit(Store store, Instant now, LongSupplier orders) {
        if (deleting || isImage() || !(workload() instanceof Workload.Service service)) {
            return;
        }
        var staying = new ArrayList<>(
                replicas.stream().filter(replica -> replica.drain().isEmpty()).toList());
        for (var missing = scale.replicas() - staying.size(); missing > 0; missing--) {
            replicas.add(newReplica(now, orders.getAsLong()));
        }
        var surplus = staying.size() - scale.replicas();
        if (surplus > 0) {
            staying.sort(FIRST_TO_GO);
            staying.subList(0, surplus).forEach(replica -> replica.drain(now, service.drainDeadline()));
        }
        for (var over : replicas.stream().filter(Held::mayBeForgotten).toList()) {
            store.discard(over.folder());
            replicas.remove(over);
        }
    }

    /** Not ready before ready, never started before started, youngest before oldest. */
    private static final Comparator<Replica> FIRST_TO_GO = Comparator.comparing(Replica::isReady)
            .thenComparing(Replica::isAdmitted)
            .thenComparing(
                    Comparator.comparingLong((Replica replica) -> replica.card().order())
                            .reversed());

    private static boolean mayBeForgotten(Replica replica) {
        return replica.drain().isPresent() && (!replica.isAdmitted() || replica.isOver());
    }

    private Replica newReplica(Instant now, long order) {
        var number = scale.next();
        remember(new Scale(scale.replicas(), number + 1)); // before the folder: a name is never given twice
        return makeReplica(folder, Integer.toString(number), saved.workload(), new Card(order, now), supervisors);
    }

    static Replica makeReplica(Path parent, String name, Workload workload, Card card, Supervisors supervisors) {
        var place = Store.makeFolder(parent.resolve(name));
        Store.write(place.resolve("replica.json"), card);
        return new Replica(place, workload, card, supervisors);
    }

    /** Writes what a workload needs into a draft of its folder. */
    static void lay(Path draft, Saved saved, Card card, Supervisors supervisors) {
        Store.write(draft.resolve("spec.json"), saved);
        switch (saved.workload()) {
            case Workload.Batch batch -> makeReplica(draft, ReplicaStatus.BATCH, batch, card, supervisors);
            case Workload.Service service -> Store.write(draft.resolve("scale.json"), new Scale(service.replicas(), 1));
        }
    }
}
