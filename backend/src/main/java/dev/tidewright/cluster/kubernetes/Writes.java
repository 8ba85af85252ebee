package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.StatusDetails;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything that changes the cluster. Names are chosen before the call, so that a call whose answer was lost is found
 * again: "already exists" is read back, and taken as ours only with our labels and the hash of the same description.
 */
final class Writes {

    private static final Logger LOG = LoggerFactory.getLogger(Writes.class);
    private static final String DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
    static final PatchContext APPLY = applying(Labels.PLATFORM);

    /** Each for itself: what one no longer writes is taken away. */
    private static final PatchContext NOTED = applying(Labels.PLATFORM + "-noted");

    private static final int TRIES = 5;
    private static final PatchContext NUMBERED = applying(Labels.PLATFORM + "-number");

    private static final PatchContext REPLACE = new PatchContext.Builder()
            .withPatchType(PatchType.JSON)
            .withFieldManager(Labels.PLATFORM)
            .build();

    private final KubernetesClient client;
    private final Labels labels;
    private final Manifests manifests;
    private final Besides besides;
    private final AutoscalerManifests autoscalers;
    private final Mended mended;

    /** @param mended told of what others had changed and is put back without being asked */
    Writes(KubernetesClient client, Labels labels, Manifests manifests, Mended mended) {
        this.client = client;
        this.labels = labels;
        this.manifests = manifests;
        this.mended = mended;
        this.besides = new Besides(client);
        this.autoscalers = new AutoscalerManifests(labels);
    }

    /** Thrown where the name of an object of ours is taken by somebody else's. */
    static final class Foreign extends RuntimeException {
        Foreign(HasMetadata object) {
            this(object, "is not this platform's");
        }

        Foreign(HasMetadata object, String why) {
            super(object.getKind() + " " + object.getMetadata().getName() + " is there already and " + why
                    + ": delete or rename it");
        }
    }

    /** The object that runs the workload now: the one made here, or the one that was there already. */
    HasMetadata create(Workload workload) {
        var beside = besides.ensure(manifests.besides(workload), null);
        var wanted = made(workload);
        wanted.getMetadata().getAnnotations().putAll(beside);
        try {
            return client.resource(wanted).create();
        } catch (KubernetesClientException failure) {
            if (failure.getCode() != Calls.CONFLICT) {
                throw failure;
            }
            return adopted(workload.id(), wanted);
        }
    }

    private HasMetadata made(Workload workload) {
        return switch (workload) {
            case Workload.Batch batch -> manifests.job(batch);
            case Workload.Service service -> manifests.deployment(service);
        };
    }

    /** Puts back what others have changed or deleted of a workload that is there, but not its number. */
    HasMetadata repair(Workload workload, HasMetadata owner) {
        var beside = besides.ensure(manifests.besides(workload), owner);
        var now = owner;
        if (Alterations.lacksHash(owner) || !Besides.isNoted(owner, beside)) {
            HasMetadata wanted = made(workload);
            wanted.getMetadata().getAnnotations().putAll(beside);
            now = client.resource(owner).patch(PatchContext.of(PatchType.JSON_MERGE), Marks.patch(owner, wanted));
        }
        return workload instanceof Workload.Service service && owner instanceof Deployment deployment
                ? repaired(service, deployment, now)
                : now;
    }

    private HasMetadata repaired(Workload.Service service, Deployment deployment, HasMetadata otherwise) {
        var steps = new ArrayList<>(Pace.repairs(deployment));
        // Only a template that others changed: one of an earlier release differs too, and whoever upgrades restarts
        // nobody.
        if (!Alterations.editors(deployment).isEmpty()) {
            var template = manifests.deployment(service).getSpec().getTemplate();
            steps.add(Map.of("op", "replace", "path", "/spec/template", "value", template));
        }
        var now = steps.isEmpty()
                ? otherwise
                : client.resource(deployment).patch(PatchContext.of(PatchType.JSON), Serialization.asJson(steps));
        return Alterations.restarters(deployment).isEmpty()
                ? now
                : kept(deployment, Alterations::restarters, manifests::restarted, NOTED);
    }

    /** What others had written of it is ours from here on, as it is. */
    HasMetadata keepNumber(Deployment deployment) {
        return kept(deployment, Alterations::numberedBy, manifests::numbered, NUMBERED);
    }

    /** Of what is there now, since it is written over nobody; the cluster's controllers write often. */
    private HasMetadata kept(
            Deployment seen,
            Function<Deployment, List<String>> others,
            UnaryOperator<Deployment> part,
            PatchContext manager) {
        for (var tries = 1; ; tries++) {
            var live = client.resource(seen).get();
            if (live == null || others.apply(live).isEmpty()) {
                return live == null ? seen : live;
            }
            try {
                return client.resource(part.apply(live)).patch(manager);
            } catch (KubernetesClientException failure) {
                if (failure.getCode() != Calls.CONFLICT || tries == TRIES) {
                    throw failure;
                }
            }
        }
    }

    private HasMetadata adopted(WorkloadId id, HasMetadata wanted) {
        var found = client.resource(wanted).get();
        if (found == null || found.getMetadata().getDeletionTimestamp() != null) {
            throw new ClusterUnavailable(
                    wanted.getMetadata().getName() + " of before is still being removed", new IllegalStateException());
        }
        var ours = own(id, found).orElseThrow(() -> new Foreign(found));
        if (!Labels.specHash(found.getMetadata()).equals(Labels.specHash(wanted.getMetadata()))) {
            throw new Foreign(found, "was made from another description");
        }
        return ours;
    }

    /** What runs it, with all its marks: what others took away of them is there again. */
    Optional<HasMetadata> read(WorkloadId id) {
        var name = Labels.objectName(id);
        var namespace = id.namespace().value();
        HasMetadata found = Watches.isJob(id)
                ? client.batch()
                        .v1()
                        .jobs()
                        .inNamespace(namespace)
                        .withName(name)
                        .get()
                : client.apps()
                        .deployments()
                        .inNamespace(namespace)
                        .withName(name)
                        .get();
        return Optional.ofNullable(found).flatMap(object -> own(id, object));
    }

    private Optional<HasMetadata> own(WorkloadId id, HasMetadata found) {
        return labels.workload(found).equals(Optional.of(id))
                ? Optional.of(found)
                : Belonging.stripped(labels, found).filter(id::equals).map(same -> marked(id, found));
    }

    private HasMetadata marked(WorkloadId id, HasMetadata found) {
        var whole = client.resource(found)
                .patch(PatchContext.of(PatchType.JSON_MERGE), Marks.patch(found, labels, id, null));
        mended.add(id, Marks.lost(found, labels, id));
        LOG.warn("namespace {}: {}", id.namespace(), Marks.lost(found, labels, id));
        return whole;
    }

    /** This very pod as it is now; empty where it is gone. */
    Optional<Pod> pod(Pod pod) {
        return Optional.ofNullable(client.resource(pod).get())
                .filter(found ->
                        found.getMetadata().getUid().equals(pod.getMetadata().getUid()));
    }

    /** All that what runs a workload counts as its own. */
    List<Pod> pods(HasMetadata owner) {
        var selector = owner instanceof Job job
                ? job.getSpec().getSelector()
                : ((Deployment) owner).getSpec().getSelector();
        return client.pods()
                .inNamespace(owner.getMetadata().getNamespace())
                .withLabels(selector.getMatchLabels())
                .list()
                .getItems();
    }

    /** Gives a pod of ours its marks again; false where somebody else has changed it since it was looked at. */
    boolean mark(WorkloadId id, Pod pod) {
        try {
            client.resource(pod)
                    .patch(
                            PatchContext.of(PatchType.JSON_MERGE),
                            Marks.patch(pod, labels, id, pod.getMetadata().getResourceVersion()));
        } catch (KubernetesClientException failure) {
            if (failure.getCode() != Calls.CONFLICT && failure.getCode() != Calls.NOT_FOUND) {
                throw failure;
            }
            return false;
        }
        mended.add(id, Marks.lost(pod, labels, id));
        LOG.warn("namespace {}: {}", id.namespace(), Marks.lost(pod, labels, id));
        return true;
    }

    /** @param leaving the pods that are to go when the number falls */
    HasMetadata scale(WorkloadId id, int replicas, List<Pod> leaving) {
        leaving.forEach(pod -> client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        "{\"metadata\":{\"annotations\":{\"" + DELETION_COST + "\":\"-100\"}}}"));
        var deployment =
                client.apps().deployments().inNamespace(id.namespace().value()).withName(Labels.objectName(id));
        return deployment.patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":{\"replicas\":" + replicas + "}}");
    }

    /** Takes back what others have changed of it. */
    void autoscale(WorkloadId id, Autoscaler autoscaler, HasMetadata deployment) {
        var name = deployment.getMetadata().getName();
        var found = client.autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inNamespace(id.namespace().value())
                .withName(name)
                .get();
        if (found != null && !labels.isOurs(found)) {
            throw new Foreign(found);
        }
        var wanted = autoscalers.of(id, autoscaler, deployment);
        if (found != null && !AutoscalerManifests.edits(found).isEmpty()) {
            // Applying would leave them what we do not set.
            client.resource(wanted).patch(REPLACE, replacement("/spec", wanted.getSpec()));
        }
        applied(wanted);
    }

    void endAutoscaler(WorkloadId id) {
        var found = client.autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inNamespace(id.namespace().value())
                .withName(Labels.objectName(id))
                .get();
        if (found != null && labels.isOurs(found)) {
            client.resource(found).patch(PatchContext.of(PatchType.JSON_MERGE), Losses.ending());
            Deletions.exactly(client, found, found.getMetadata().getUid());
        }
    }

    /**
     * Repeating it is harmless; what is not ours stays.
     *
     * @param pods of it, as far as is known
     */
    void delete(WorkloadId id, @Nullable HasMetadata known, List<Pod> pods) {
        var found = known == null ? read(id).orElse(null) : known;
        if (found != null) {
            Deletions.exactly(client, found, found.getMetadata().getUid());
        }
        // The cluster clears away what belongs to it, unless somebody else who deletes it just now has it left alone.
        pods.stream()
                .filter(pod -> Kin.isOrphan(pod) || (Watches.isJob(id) && !Ends.isOver(pod)))
                .forEach(pod -> Deletions.exactly(client, pod, pod.getMetadata().getUid()));
        manifests.besides(id).forEach(object -> {
            var uid = Besides.noted(found, object);
            // One that was made again has another.
            if (uid == null || !Deletions.exactly(client, object, uid)) {
                besides.uid(object).ifPresent(ours -> Deletions.exactly(client, object, ours));
            }
        });
    }

    /** Has the node end a pod, which stays as it ended; false where it is gone. */
    boolean end(Pod pod, Instant now) {
        try {
            client.pods()
                    .inNamespace(pod.getMetadata().getNamespace())
                    .withName(pod.getMetadata().getName())
                    .patch(PatchContext.of(PatchType.JSON_MERGE), Stops.order(now));
            return true;
        } catch (KubernetesClientException failure) {
            if (failure.getCode() != Calls.NOT_FOUND) {
                throw failure;
            }
            return false;
        }
    }

    /** Ends a pod that is going already sooner than it would. */
    List<StatusDetails> hasten(Pod pod, long graceSeconds) {
        return client.pods()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(pod.getMetadata().getName())
                .withGracePeriod(graceSeconds)
                .delete();
    }

    static PatchContext applying(String manager) {
        return new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager(manager)
                .withForce(true)
                .build();
    }

    private static String replacement(String path, Object value) {
        return Serialization.asJson(List.of(Map.of("op", "replace", "path", path, "value", value)));
    }

    private void applied(HasMetadata object) {
        client.resource(object).patch(APPLY);
    }
}
