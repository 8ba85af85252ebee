package dev.tidewright.serving;

import dev.tidewright.cluster.ReplicaStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** Puts together what was seen of an endpoint, what is wanted of it, and what the gateway counted. */
@Component
class StatusViews {

    private final Traffic traffic;
    private final ServingSettings settings;

    StatusViews(Traffic traffic, ServingSettings settings) {
        this.traffic = traffic;
        this.settings = settings;
    }

    EndpointStatus of(Endpoint endpoint, Revision target) {
        var rows = endpoint.replicas();
        var draining = count(rows, ReplicaStatus.Phase.DRAINING);
        var ready = count(rows, ReplicaStatus.Phase.READY);
        var wanted = endpoint.running() ? target.spec().wanted(endpoint.autoscaledReplicas()) : 0;
        var unknown = endpoint.unknown();
        return new EndpointStatus(
                endpoint.phase(),
                endpoint.phase().label(),
                endpoint.reason(),
                endpoint.message(),
                endpoint.phaseSince(),
                unknown == null ? null : unknown.since(),
                unknown == null ? null : unknown.reason(),
                settings.gateway() + "/" + endpoint.namespace() + "/" + endpoint.name(),
                target.spec().serves().words(),
                endpoint.stoppedBy(),
                wanted,
                ready,
                new EndpointStatus.Replicas(
                        wanted,
                        ready,
                        rows.size() - ready - draining,
                        draining,
                        target.spec().autoscaling() != null,
                        rows),
                traffic(endpoint, rows, ready),
                endpoint.rollout().target(),
                rollout(endpoint));
    }

    RecentTraffic recentTraffic(Endpoint endpoint) {
        return RecentTraffic.of(traffic.recent(endpoint.namespace(), endpoint.name()));
    }

    private static EndpointStatus.RolloutStatus rollout(Endpoint endpoint) {
        var rollout = endpoint.rollout();
        return new EndpointStatus.RolloutStatus(
                rollout.state().name(),
                rollout.target(),
                rollout.stable(),
                rollout.startedAt(),
                rollout.progressAt(),
                rollout.returned(),
                endpoint.waitingFor());
    }

    private List<EndpointStatus.RevisionTraffic> traffic(Endpoint endpoint, List<ReplicaRow> rows, int ready) {
        var counters = traffic.counters(endpoint.namespace(), endpoint.name());
        var all = new ArrayList<EndpointStatus.RevisionTraffic>();
        var counted = counters.map(Traffic.Counters::byRevision).orElse(List.of());
        rows.stream().map(ReplicaRow::revision).distinct().sorted().forEach(revision -> {
            var its = counted.stream().filter(one -> one.revision() == revision).findFirst();
            all.add(of(revision, percent(rows, revision, ready), its));
        });
        counted.stream()
                .filter(one -> rows.stream().noneMatch(row -> row.revision() == one.revision()))
                .forEach(one -> all.add(of(one.revision(), 0, Optional.of(one))));
        return List.copyOf(all);
    }

    private static EndpointStatus.RevisionTraffic of(
            int revision, int percent, Optional<Traffic.RevisionCounters> counted) {
        return new EndpointStatus.RevisionTraffic(
                revision,
                percent,
                counted.map(Traffic.RevisionCounters::requests).orElse(0L),
                counted.map(Traffic.RevisionCounters::failures).orElse(0L),
                counted.map(Traffic.RevisionCounters::p50Seconds).orElse(0.0),
                counted.map(Traffic.RevisionCounters::p95Seconds).orElse(0.0),
                counted.map(Traffic.RevisionCounters::p99Seconds).orElse(0.0));
    }

    private static int percent(List<ReplicaRow> rows, int revision, int ready) {
        var its = rows.stream()
                .filter(row -> row.revision() == revision)
                .filter(row -> row.phase().equals(ReplicaStatus.Phase.READY.name()))
                .count();
        return ready == 0 ? 0 : Math.toIntExact(Math.round(100.0 * its / ready));
    }

    private static int count(List<ReplicaRow> rows, ReplicaStatus.Phase phase) {
        return (int)
                rows.stream().filter(row -> row.phase().equals(phase.name())).count();
    }
}
