package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.Observation.Phase;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Says how a workload is by what was heard of it, and whether that is another thing than what was told last. */
final class Observer {

    private final Sources sources;
    private final Observations observations;
    private final InstantSource clock;

    /** Why something was never made. */
    private final Map<WorkloadId, String> refused = new ConcurrentHashMap<>();

    private final Map<WorkloadId, Observation> told = new ConcurrentHashMap<>();

    /** Why what others have changed of something cannot be put back. */
    private final Map<WorkloadId, String> unmended = new ConcurrentHashMap<>();

    /** The watches tell of it within milliseconds, unless the API server is slow. */
    private static final Duration HEARD_WITHIN = Duration.ofSeconds(2);

    /** When what lies beside something was written last: until that was heard, it looks as if it were not there. */
    private final Map<WorkloadId, Instant> written = new ConcurrentHashMap<>();

    /** What is listened to. */
    record Sources(
            Watches watches, Warnings warnings, LogKeeper logs, Scalers scalers, Mended mended, Occupancy occupancy) {}

    Observer(Sources sources, Observations observations, InstantSource clock) {
        this.sources = sources;
        this.observations = observations;
        this.clock = clock;
    }

    void refused(WorkloadId id, String why) {
        refused.put(id, why);
    }

    /** It is being made, or made as it is wanted again, with all that lies beside it. */
    void writing(WorkloadId id) {
        written.put(id, clock.instant());
    }

    void made(WorkloadId id) {
        refused.remove(id);
        writing(id);
    }

    void unmended(WorkloadId id, RuntimeException why) {
        var said = why instanceof KubernetesClientException refusal ? Calls.said(refusal) : why.getMessage();
        written.remove(id);
        unmended.put(id, "what others have changed of it cannot be put back: " + said);
    }

    void mended(WorkloadId id) {
        unmended.remove(id);
    }

    /** It is not wanted any more. */
    void removed(WorkloadId id) {
        unmended.remove(id);
        refused.remove(id);
        written.remove(id);
    }

    private boolean isHeard(WorkloadId id) {
        var at = written.get(id);
        return at == null || (!clock.instant().isBefore(at.plus(HEARD_WITHIN)) && written.remove(id, at));
    }

    /** @param owner its Job or Deployment, as far as is known */
    Observation observe(WorkloadId id, Optional<HasMetadata> owner, List<Pod> pods) {
        return seen(id, owner, pods, sources.logs()::hasAll);
    }

    /**
     * Whether something has changed for those who wait for it: most of what the cluster writes down of a workload changes
     * nothing. They count as told from then on.
     */
    boolean isNews(WorkloadId id) {
        if (id.kind().equals(WorkloadId.NAMESPACE)) {
            return true;
        }
        try {
            var watches = sources.watches();
            return isNews(seen(id, watches.owner(id), watches.pods(id), sources.logs()::knowsAll));
        } catch (RuntimeException unclear) {
            return true; // they look for themselves
        }
    }

    private boolean isNews(Observation now) {
        var before = told.get(now.id());
        if (now.phase() == Phase.ABSENT) {
            told.remove(now.id());
        } else if (before == null || before.exit() == null) {
            told.put(now.id(), now);
        }
        // Of a batch that has ended, the rest is clearing away.
        return before == null ? !isExpected(now) : before.exit() == null && !before.equals(now);
    }

    /** What begins like this was just made, and who made it knows of it; and what is gone was not known. */
    private static boolean isExpected(Observation first) {
        return first.phase() == Phase.ABSENT
                || (first.phase() == Phase.PENDING
                        && first.reason().isEmpty()
                        && first.altered().isEmpty());
    }

    private Observation seen(WorkloadId id, Optional<HasMetadata> owner, List<Pod> pods, Predicate<Pod> isLogKept) {
        var refusal = refused.get(id);
        if (owner.isEmpty() && pods.isEmpty() && refusal != null) {
            return Observations.refused(id, refusal);
        }
        var watches = sources.watches();
        var scalers = sources.scalers();
        var evidence = evidence(id, owner, pods);
        var heard = isHeard(id);
        var besides = new Alterations.Besides(
                !heard || watches.isBudgeted(id), watches.autoscaler(id).isPresent());
        var altered = new ArrayList<>(Alterations.of(evidence, besides));
        altered.addAll(watches.losses().of(id));
        if (heard && owner.orElse(null) instanceof Deployment deployment) {
            watches.services().altered(id, deployment).ifPresent(altered::add);
        }
        altered.addAll(scalers.altered(id));
        altered.addAll(sources.mended().of(id));
        var seen = observations
                .of(evidence, pods.stream().allMatch(isLogKept), clock.instant())
                .altered(altered);
        var why = altered.isEmpty() ? null : unmended.get(id);
        seen = why == null ? seen : seen.told("REPAIR_REFUSED", why);
        return owner.orElse(null) instanceof Deployment deployment ? seen.with(scalers.status(id, deployment)) : seen;
    }

    private Evidence evidence(WorkloadId id, Optional<HasMetadata> owner, List<Pod> pods) {
        var warnings = sources.warnings();
        var said = new ArrayList<Event>();
        pods.forEach(pod -> said.addAll(warnings.of(id, "Pod", pod.getMetadata().getName())));
        if (Watches.isJob(id)) {
            said.addAll(warnings.of(id, "Job", Labels.objectName(id)));
        }
        // Only what waits is told what it waits for.
        var waits =
                pods.isEmpty() || pods.stream().anyMatch(pod -> pod.getSpec().getNodeName() == null);
        var nodes = sources.watches().nodes();
        var capacity = waits ? sources.occupancy().now() : Rooms.capacity(nodes, List.of());
        return new Evidence(id, owner.orElse(null), pods, said, capacity, nodes, unlisted(id, pods));
    }

    private Set<String> unlisted(WorkloadId id, List<Pod> pods) {
        return Watches.isJob(id)
                ? Set.of()
                : pods.stream()
                        .filter(pod -> Replicas.isReady(pod)
                                && !sources.watches().services().admits(id, pod))
                        .map(pod -> pod.getMetadata().getUid())
                        .collect(Collectors.toSet());
    }
}
