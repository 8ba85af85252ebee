package dev.tidewright.serving;

import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.kernel.Text;
import dev.tidewright.rollout.Fleet;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What the cluster shows of one revision at one moment. Pure.
 *
 * @param workload the number that its workload bears
 */
record Sighting(int revision, int workload, Observation seen) {

    /** The same replicas, now those of another revision. */
    Sighting of(int other) {
        return new Sighting(other, workload, seen);
    }

    Fleet fleet(int wanted) {
        var ready = 0;
        var unready = 0;
        var draining = 0;
        for (var replica : seen.replicas()) {
            switch (replica.phase()) {
                case READY -> ready++;
                case PENDING, STARTING, UNREADY, CRASHED -> unready++;
                case DRAINING -> draining++;
                case ENDED -> {}
            }
        }
        return new Fleet(revision, wanted, ready, unready, draining);
    }

    List<ReplicaRow> rows() {
        return seen.replicas().stream()
                .map(replica -> ReplicaRow.of(revision, seen, replica))
                .toList();
    }

    /** What keeps the replicas there is not there. */
    boolean unkept() {
        return !seen.missing().isEmpty();
    }

    /**
     * What somebody has taken from the cluster, or lost with it, since replicas of it were seen there.
     *
     * @param before what the pass before recorded, of all revisions: where it says so already, it was told
     */
    Optional<String> loss(List<ReplicaRow> before) {
        var known = before.stream()
                .filter(row -> row.workload().equals(seen.id().name()))
                .toList();
        return unkept()
                        && !known.isEmpty()
                        && known.stream().noneMatch(row -> row.message().equals(seen.missing()))
                ? Optional.of(seen.missing())
                : Optional.empty();
    }

    List<Route.Target> targets() {
        return targets(replica -> replica.phase() == ReplicaStatus.Phase.READY);
    }

    /** For when there is no better one: a node that cannot report is not a node that cannot serve. */
    List<Route.Target> lastResort() {
        return targets(ReplicaStatus::isUnheard);
    }

    private List<Route.Target> targets(Predicate<ReplicaStatus> fits) {
        return seen.replicas().stream()
                .filter(replica -> fits.test(replica) && replica.host() != null && replica.port() != 0)
                .map(replica ->
                        new Route.Target(revision, replica.host() == null ? "" : replica.host(), replica.port()))
                .toList();
    }

    boolean absent() {
        return seen.phase() == Observation.Phase.ABSENT;
    }

    /** How many there are that were not told to go. */
    int staying() {
        return (int) seen.replicas().stream()
                .filter(replica ->
                        replica.phase() != ReplicaStatus.Phase.DRAINING && replica.phase() != ReplicaStatus.Phase.ENDED)
                .count();
    }

    /**
     * The worst that is wrong with it, if anything is.
     *
     * @param overdue a replica that is still starting should have been ready long since: that it is not, is wrong too
     */
    Optional<Trouble> trouble(boolean overdue) {
        if (seen.phase() == Observation.Phase.FAILED) {
            return Optional.of(new Trouble(seen.reason(), seen.message()));
        }
        return seen.replicas().stream()
                .filter(replica -> severity(replica, overdue) > 0)
                .max(java.util.Comparator.comparingInt(replica -> severity(replica, overdue)))
                .map(replica -> new Trouble(
                        replica.reason().isEmpty() ? replica.phase().name() : replica.reason(), words(replica)))
                .or(() -> seen.reason().isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Trouble(seen.reason(), seen.message())));
    }

    private static int severity(ReplicaStatus replica, boolean overdue) {
        return switch (replica.phase()) {
            case CRASHED -> 4;
            case UNREADY -> 3;
            case STARTING -> replica.restarts() > 0 ? 2 : overdue ? 1 : 0;
            case PENDING -> replica.reason().isEmpty() ? 0 : 1;
            case READY, DRAINING, ENDED -> 0;
        };
    }

    private String words(ReplicaStatus replica) {
        var what = switch (replica.phase()) {
            case CRASHED -> "ended and will be started again";
            case UNREADY -> "does not answer its readiness check any more";
            case STARTING -> replica.restarts() > 0 ? "was started again" : "has never been ready";
            case PENDING -> "waits";
            case READY, DRAINING, ENDED -> "";
        };
        return "replica " + replica.name() + " of revision " + revision + " " + what
                + (replica.restarts() > 0 ? " (" + Text.counted(replica.restarts(), "restart") + ")" : "")
                + (replica.message().isEmpty() ? "" : ": " + replica.message());
    }

    /** Something wrong, with a code and one sentence. */
    record Trouble(String reason, String sentence) {}
}
