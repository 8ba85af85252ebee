package dev.tidewright.serving;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/** Reads and keeps what a pass over an endpoint works with. Joins the caller's transaction. */
@Component
class FleetRows {

    private final Endpoints endpoints;
    private final Revisions revisions;
    private final RevisionRuns runs;

    FleetRows(Endpoints endpoints, Revisions revisions, RevisionRuns runs) {
        this.endpoints = endpoints;
        this.revisions = revisions;
        this.runs = runs;
    }

    Endpoints endpoints() {
        return endpoints;
    }

    /** The rows of everything that the cluster may have, newest first. */
    List<RevisionRun> live(UUID endpoint) {
        return runs.findByEndpointIdAndLiveTrueOrderByNumberDesc(endpoint);
    }

    /**
     * The rows of everything that may run. The wanted revision's comes back to life when it is needed again, and has the
     * replicas that it shares with others.
     */
    List<RevisionRun> revived(Endpoint endpoint) {
        var live = new ArrayList<>(live(endpoint.id()));
        var target = endpoint.rollout().target();
        if (endpoint.running() && live.stream().noneMatch(run -> run.number() == target)) {
            runs.findByEndpointIdAndNumber(endpoint.id(), target).ifPresent(run -> {
                run.revive();
                live.stream().filter(run::sharesReplicasWith).findFirst().ifPresent(other -> {
                    run.takeOver(other);
                    runs.save(other);
                    live.remove(other);
                });
                live.add(run);
            });
        }
        return live;
    }

    /** The revisions of these rows, the wanted one and the proven one, by number. */
    Map<Integer, Revision> specs(Endpoint endpoint, List<RevisionRun> live) {
        var numbers = live.stream().map(RevisionRun::number).collect(Collectors.toCollection(HashSet::new));
        numbers.add(endpoint.rollout().target());
        if (endpoint.rollout().stable() != null) {
            numbers.add(endpoint.rollout().stable()); // a rollout may return to it in this pass
        }
        return revisions.findByEndpointIdAndNumberIn(endpoint.id(), numbers).stream()
                .collect(Collectors.toMap(Revision::number, Function.identity()));
    }

    void save(Collection<RevisionRun> live) {
        live.forEach(runs::save);
    }
}
