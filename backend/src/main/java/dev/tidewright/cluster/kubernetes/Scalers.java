package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.AutoscalerStatus;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's autoscalers of services. What the API server does not take is told, and left alone for a while instead of
 * tried again at once: an admin may mend what is in its way.
 */
final class Scalers {

    private static final Duration LEFT_ALONE = Duration.ofMinutes(1);

    private final Calls calls;
    private final Writes writes;
    private final Watches watches;
    private final InstantSource clock;
    private final Map<WorkloadId, Refused> refused = new ConcurrentHashMap<>();

    /** What others have written and was taken back: until that is heard of, and of what they wrote as it was, it is seen on. */
    private final Map<WorkloadId, List<ManagedFieldsEntry>> takenBack = new ConcurrentHashMap<>();

    private record Refused(Autoscaler asked, String why, Instant at) {}

    Scalers(Calls calls, Writes writes, Watches watches, InstantSource clock) {
        this.calls = calls;
        this.writes = writes;
        this.watches = watches;
        this.clock = clock;
    }

    /** Refused or taken: {@link #status} tells. */
    void autoscale(WorkloadId id, Autoscaler autoscaler) {
        var deployment = watches.owner(id)
                .orElseThrow(() -> new ClusterUnavailable(id + " is not there yet", new IllegalStateException()));
        var before = edits(id);
        try {
            calls.call("autoscale " + id, () -> {
                writes.autoscale(id, autoscaler, deployment);
                return true;
            });
            refused.remove(id);
            takenBack.put(id, before);
        } catch (KubernetesClientException refusal) {
            if (refusal.getCode() == Calls.CONFLICT) {
                throw refusal;
            }
            refused.put(id, new Refused(autoscaler, Calls.said(refusal), clock.instant()));
        } catch (Writes.Foreign taken) {
            refused.put(id, new Refused(autoscaler, String.valueOf(taken.getMessage()), clock.instant()));
        }
    }

    /** What others have changed of the autoscaler and was not taken back yet, a clause each. */
    List<String> altered(WorkloadId id) {
        var edits = edits(id);
        return edits.equals(takenBack.get(id))
                ? List.of()
                : edits.stream()
                        .map(ManagedFieldsEntry::getManager)
                        .distinct()
                        .map(who -> "the HorizontalPodAutoscaler " + Labels.objectName(id) + " had been changed with "
                                + who + " and was put back")
                        .toList();
    }

    private List<ManagedFieldsEntry> edits(WorkloadId id) {
        return watches.autoscaler(id).map(AutoscalerManifests::edits).orElse(List.of());
    }

    void end(WorkloadId id) {
        calls.call("end the autoscaler of " + id, () -> {
            writes.endAutoscaler(id);
            return true;
        });
        refused.remove(id);
    }

    /** Null while there is none and none was refused. */
    @Nullable
    AutoscalerStatus status(WorkloadId id, Deployment deployment) {
        var live = watches.autoscaler(id);
        var refusal = refused.get(id);
        if (refusal == null) {
            return live.map(autoscaler -> Autoscalers.status(autoscaler, deployment))
                    .orElse(null);
        }
        var isDue = clock.instant().isAfter(refusal.at().plus(LEFT_ALONE));
        return Autoscalers.refused(isDue ? null : refusal.asked(), refusal.why(), live.isPresent(), deployment);
    }

    void forget(WorkloadId id) {
        refused.remove(id);
        takenBack.remove(id);
    }
}
