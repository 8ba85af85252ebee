package dev.tidewright.serving;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Resources;
import dev.tidewright.kernel.Text;
import dev.tidewright.rollout.Fleet;
import dev.tidewright.rollout.RolloutStep;
import dev.tidewright.rollout.Verdict;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The reconciler's side of serving: what was seen comes in, what is to be done goes out, in one transaction. */
@Service
class FleetService {

    private final FleetRows rows;
    private final Activations activations;
    private final FleetQuota quota;
    private final ScalingLog scalings;
    private final InstantSource clock;

    FleetService(FleetRows rows, Activations activations, FleetQuota quota, ScalingLog scalings, InstantSource clock) {
        this.rows = rows;
        this.activations = activations;
        this.quota = quota;
        this.scalings = scalings;
        this.clock = clock;
    }

    /** What to look at; empty once the endpoint is deleted. */
    @Transactional(readOnly = true)
    Optional<Orders> standing(UUID id) {
        return rows.endpoints()
                .findById(id)
                .filter(endpoint -> endpoint.phase() != EndpointPhase.DELETED)
                .map(endpoint -> {
                    var live = rows.live(id);
                    return orders(endpoint, live, rows.specs(endpoint, live), Map.of());
                });
    }

    /** Keeps that nothing can be seen of it. */
    @Transactional
    void unknown(UUID id, String why) {
        rows.endpoints().lock(id).ifPresent(endpoint -> {
            endpoint.unknown(why, clock.instant());
            rows.endpoints().save(endpoint);
        });
    }

    /** @param altered what others had changed of it in the cluster and what became of that, a sentence each */
    @Transactional
    void repaired(UUID id, List<String> altered) {
        rows.endpoints().lock(id).ifPresent(endpoint -> {
            altered.forEach(what ->
                    endpoint.note("repaired", null, null, what, Actor.system("cluster"), clock.instant(), Map.of()));
            rows.endpoints().save(endpoint);
        });
    }

    /** Takes what was seen, decides the next step and keeps both. The answer is what the cluster is to be told. */
    @Transactional
    Optional<Orders> record(UUID id, List<Sighting> sightings) {
        var found = rows.endpoints().lock(id);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        var endpoint = found.get();
        var now = clock.instant();
        var live = rows.revived(endpoint);
        var seen = seen(live, sightings);
        var before = live.stream().collect(Collectors.toMap(RevisionRun::number, Before::of));
        var crew = new Crew(endpoint, live, rows.specs(endpoint, live), fleets(live, seen));

        follow(crew, seen, now);
        var waiting = endpoint.running() ? advance(crew, seen, now) : withdraw(crew);
        live.forEach(run -> run.autoscaleUpTo(autoscalerMax(crew, run)));
        tellLosses(crew, seen, before, now);
        live.stream()
                .filter(run -> run.wantedReplicas() == 0)
                .filter(run ->
                        seen.containsKey(run.number()) && seen.get(run.number()).absent())
                .filter(run -> !endpoint.running()
                        || run.number() != endpoint.rollout().target())
                .forEach(RevisionRun::gone);
        rows.save(live);
        keep(crew, seen, waiting, now);
        rows.endpoints().save(endpoint);
        return Optional.of(orders(endpoint, live, crew.specs(), before));
    }

    /** What a run was told before a pass. */
    private record Before(int wanted, boolean autoscaled) {
        private static final Before NONE = new Before(0, false);

        static Before of(RevisionRun run) {
            return new Before(run.wantedReplicas(), run.autoscalerMax() != null);
        }
    }

    /** What was wanted before and still is, was seen, and is gone: nobody here has deleted it. */
    private static void tellLosses(Crew crew, Map<Integer, Sighting> seen, Map<Integer, Before> before, Instant now) {
        var endpoint = crew.endpoint();
        crew.live().stream()
                .filter(run -> run.wantedReplicas() > 0
                        && before.getOrDefault(run.number(), Before.NONE).wanted() > 0)
                .flatMap(run -> Optional.ofNullable(seen.get(run.number())).stream())
                .flatMap(sighting -> sighting.loss(endpoint.replicas()).stream())
                .forEach(missing -> endpoint.note(
                        "repaired",
                        null,
                        null,
                        missing + " and is made again",
                        Actor.system("cluster"),
                        now,
                        Map.of()));
    }

    /**
     * Takes over what the cluster's own autoscaler has decided. A rollout, rollback or switching it off begins from there;
     * it is followed only while it was ordered, for what is seen of one that was ended may be old.
     */
    private void follow(Crew crew, Map<Integer, Sighting> seen, Instant now) {
        var endpoint = crew.endpoint();
        if (!endpoint.running() || crew.target().autoscaling() == null) {
            return;
        }
        autoscaled(crew, seen).ifPresent(seenNow -> {
            var from = crew.wanted();
            var to = crew.target().wanted(seenNow.replicas());
            if (from != to && seenNow.numberedBy() != null) {
                var why = "set with " + seenNow.numberedBy() + ", not by the autoscaler, which decides on from there";
                endpoint.scale(from, to, why, Actor.system("cluster"), now);
            } else if (from != to) {
                endpoint.scale(from, to, seenNow.scaling().sentence(), Actor.system("autoscaling"), now);
                scalings.add(endpoint.id(), from, to, seenNow.scaling(), now);
            }
        });
    }

    /** What the cluster's own autoscaler was seen to do, while it is to do it. */
    private static Optional<Autoscaled> autoscaled(Crew crew, Map<Integer, Sighting> seen) {
        return crew.live().stream()
                .flatMap(run -> Optional.ofNullable(seen.get(run.number()))
                        .flatMap(sighting -> Autoscaled.of(run.autoscalerMax(), sighting))
                        .stream())
                .findFirst();
    }

    private record Autoscaled(
            int replicas, ClusterScaling scaling, @Nullable String numberedBy) {
        static Optional<Autoscaled> of(@Nullable Integer max, Sighting sighting) {
            var status = sighting.seen().autoscaler();
            return max == null || status == null
                    ? Optional.empty()
                    : Optional.of(
                            new Autoscaled(status.replicas(), ClusterScaling.of(status, max), status.numberedBy()));
        }
    }

    /** The cluster decides while there is one revision only: two would each have an autoscaler of half the load. */
    private @Nullable Integer autoscalerMax(Crew crew, RevisionRun run) {
        var endpoint = crew.endpoint();
        var alone =
                crew.live().stream().allMatch(other -> other.number() == run.number() || other.wantedReplicas() == 0);
        if (!endpoint.running()
                || endpoint.rolling()
                || !alone
                || run.number() != endpoint.rollout().target()
                || run.wantedReplicas() == 0) {
            return null;
        }
        var policy = crew.target().autoscaling();
        return policy == null || !policy.byCluster()
                ? null
                : Integer.valueOf(quota.roomFor(
                        endpoint, run.wantedReplicas(), crew.target().resources(), policy.max()));
    }

    /** All that one pass works with. */
    private record Crew(
            Endpoint endpoint, List<RevisionRun> live, Map<Integer, Revision> specs, Map<Integer, Fleet> fleets) {

        RevisionSpec target() {
            return spec(endpoint.rollout().target());
        }

        RevisionSpec spec(int number) {
            var revision = specs.get(number);
            if (revision == null) {
                throw new IllegalStateException("revision " + number + " of " + endpoint.name() + " is missing");
            }
            return revision.spec();
        }

        Fleet fleet(int number) {
            return fleets.getOrDefault(number, new Fleet(number, 0, 0, 0, 0));
        }

        /** The proven revision gives up its replicas last. */
        List<Fleet> earlier() {
            var stable = endpoint.rollout().stable();
            return fleets.values().stream()
                    .filter(fleet -> fleet.revision() != endpoint.rollout().target())
                    .sorted(Comparator.<Fleet, Boolean>comparing(fleet -> stable != null && fleet.revision() == stable)
                            .thenComparing(Fleet::revision, Comparator.reverseOrder()))
                    .toList();
        }

        int wanted() {
            return endpoint.running() ? target().wanted(endpoint.autoscaledReplicas()) : 0;
        }
    }

    /** What was seen, by the revision whose it is now. */
    private static Map<Integer, Sighting> seen(List<RevisionRun> live, List<Sighting> sightings) {
        var seen = new HashMap<Integer, Sighting>();
        for (var run : live) {
            sightings.stream()
                    .filter(sighting -> sighting.workload() == run.workload())
                    .findFirst()
                    .ifPresent(sighting -> seen.put(run.number(), sighting.of(run.number())));
        }
        return seen;
    }

    private static Map<Integer, Fleet> fleets(List<RevisionRun> live, Map<Integer, Sighting> seen) {
        var fleets = new HashMap<Integer, Fleet>();
        for (var run : live) {
            var sighting = seen.get(run.number());
            fleets.put(
                    run.number(),
                    sighting == null
                            ? new Fleet(run.number(), run.wantedReplicas(), 0, 0, 0)
                            : sighting.fleet(run.wantedReplicas()));
        }
        return fleets;
    }

    private String advance(Crew crew, Map<Integer, Sighting> seen, Instant now) {
        var endpoint = crew.endpoint();
        var rollout = endpoint.rollout();
        var target = rollout.target();
        var step = crew.target()
                .rollout()
                .plan(crew.wanted(), endpoint.rolling() ? rollout.held() : 0)
                .step(crew.fleet(target), crew.earlier(), rollout.progressAt(), now);
        var waiting = quota.fit(
                endpoint,
                crew.live(),
                step.wanted(),
                number -> crew.spec(number).resources());
        endpoint.rolloutEnded(rollout.judge(step, lastWords(step, seen.get(target), waiting), now), target, now);
        return waiting;
    }

    /** Why the wanted revision is not ready, as far as anybody knows. */
    private static String lastWords(RolloutStep step, @Nullable Sighting sighting, String waiting) {
        if (!(step.verdict() instanceof Verdict.Stuck)) {
            return "";
        }
        return Optional.ofNullable(sighting)
                .flatMap(seen -> seen.trouble(true))
                .map(Sighting.Trouble::sentence)
                .orElse(waiting);
    }

    private String withdraw(Crew crew) {
        quota.withdraw(crew.endpoint(), crew.live());
        return "";
    }

    private void keep(Crew crew, Map<Integer, Sighting> seen, String waiting, Instant now) {
        var endpoint = crew.endpoint();
        var fleets = crew.fleets().values();
        var ready = fleets.stream().mapToInt(Fleet::ready).sum();
        var draining = fleets.stream().mapToInt(Fleet::draining).sum();
        var serving = numbers(crew, fleet -> fleet.ready() > 0);
        activations.now(endpoint.id(), serving, numbers(crew, fleet -> fleet.wanted() > 0), now);

        if (endpoint.deleting() && crew.live().stream().noneMatch(RevisionRun::live)) {
            quota.giveBack(endpoint);
            endpoint.gone(now);
            return;
        }
        var target = endpoint.rollout().target();
        var wanted = crew.wanted();
        var overdue = endpoint.rollout().state() == RolloutState.FAILED;
        var trouble = seen.values().stream()
                .sorted(Comparator.comparing(sighting -> sighting.revision() != target))
                .flatMap(sighting -> sighting.trouble(overdue).stream())
                .findFirst()
                .orElse(null);
        var progress = crew.fleet(target).ready() + " of " + Text.counted(wanted, "replica") + " of revision " + target
                + " ready";
        var condition =
                Condition.of(new Condition.Facts(endpoint, wanted, ready, draining, trouble, waiting, progress));
        var rows = seen.values().stream()
                .sorted(Comparator.comparingInt(Sighting::revision).reversed())
                .flatMap(sighting -> sighting.rows().stream())
                .toList();
        var scaling = autoscaled(crew, seen).map(Autoscaled::scaling).orElse(null);
        endpoint.observed(condition, new FleetSeen(rows, scaling, wanted, ready, waiting), now);
    }

    private static Set<Integer> numbers(Crew crew, java.util.function.Predicate<Fleet> which) {
        return crew.fleets().values().stream()
                .filter(which)
                .map(Fleet::revision)
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static Orders orders(
            Endpoint endpoint, List<RevisionRun> live, Map<Integer, Revision> specs, Map<Integer, Before> before) {
        var each = live.stream()
                .filter(RevisionRun::live)
                .filter(run -> specs.containsKey(run.number()))
                .map(run -> order(
                        run,
                        Objects.requireNonNull(specs.get(run.number())).spec(),
                        before.getOrDefault(run.number(), Before.NONE)))
                .toList();
        return new Orders(
                endpoint.id(),
                endpoint.namespace(),
                endpoint.name(),
                endpoint.access() == EndpointAccess.PUBLIC,
                endpoint.phase().label() + (endpoint.message().isEmpty() ? "" : ": " + endpoint.message()),
                endpoint.rolling() || endpoint.deleting(),
                endpoint.phase() == EndpointPhase.DELETED,
                each);
    }

    private static Orders.Order order(RevisionRun run, RevisionSpec spec, Before before) {
        var max = run.autoscalerMax();
        var policy = spec.autoscaling();
        return new Orders.Order(
                run.number(),
                run.workload(),
                run.workloadRevisionId(),
                run.wantedReplicas(),
                run.wantedReplicas() < before.wanted(),
                max == null || policy == null ? null : policy.autoscaler().within(Math.min(policy.min(), max), max),
                max == null && before.autoscaled(),
                spec);
    }

    /** What all replicas that are asked for may use together. */
    static Resources total(Map<Integer, Integer> wanted, Function<Integer, Resources> each) {
        return wanted.entrySet().stream()
                .map(entry -> each.apply(entry.getKey()).times(entry.getValue()))
                .reduce(Resources.NONE, Resources::plus);
    }
}
