package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cache of what is ours in the cluster, kept by watching it. What it says may be a moment old: whoever is about to
 * conclude from something's absence asks the API server itself.
 */
final class Watches implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watches.class);
    private static final String BY_WORKLOAD = "workload";
    private static final String NOBODYS = "nobodys";
    private static final int SETTLING = 100;
    private static final long SETTLING_NANOS = 5_000_000;

    private final Labels labels;
    private final SharedIndexInformer<Job> jobs;
    private final SharedIndexInformer<Deployment> deployments;
    private final SharedIndexInformer<HorizontalPodAutoscaler> autoscalers;
    private final SharedIndexInformer<Pod> pods;
    private final SharedIndexInformer<Node> nodes;
    private final SharedIndexInformer<PodDisruptionBudget> budgets;

    /** Written by ourselves and not heard of from the watch yet. */
    private final Map<WorkloadId, HasMetadata> written = new ConcurrentHashMap<>();

    private final Consumer<WorkloadId> changed;
    private final Heard<Pod> onPod;
    private final Quarantine quarantine;
    private final Kin kin;
    private final Losses losses = new Losses();
    private final Services services;

    Watches(KubernetesClient client, Labels labels, Consumer<WorkloadId> changed, Heard<Pod> onPod, Denied denied) {
        this.labels = labels;
        this.changed = changed;
        this.onPod = onPod;
        kin = new Kin(labels);
        quarantine = new Quarantine(labels, changed);
        var ours = labels.ours();
        jobs = client.batch().v1().jobs().inAnyNamespace().withLabels(ours).runnableInformer(0);
        deployments =
                client.apps().deployments().inAnyNamespace().withLabels(ours).runnableInformer(0);
        autoscalers = client.autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inAnyNamespace()
                .withLabels(ours)
                .runnableInformer(0);
        pods = client.pods().inAnyNamespace().withLabels(ours).runnableInformer(0);
        nodes = client.nodes().runnableInformer(0);
        budgets = client.policy()
                .v1()
                .podDisruptionBudget()
                .inAnyNamespace()
                .withLabels(ours)
                .runnableInformer(0);
        services = new Services(client, labels, this::heardBeside);
        jobs.addEventHandler(handler((id, job, gone) -> {}));
        deployments.addEventHandler(handler((id, deployment, gone) -> {}));
        autoscalers.addEventHandler(handler(this::heardAutoscaler));
        pods.addEventHandler(handler(this::heardPod));
        pods.addIndexers(Map.of(BY_WORKLOAD, this::workloads, NOBODYS, this::nobody));
        all().forEach(denied::listenTo);
    }

    private List<String> workloads(Pod pod) {
        return kin.workload(pod).map(WorkloadId::toString).stream().toList();
    }

    private List<String> nobody(Pod pod) {
        return kin.workload(pod).isEmpty()
                ? List.of(String.valueOf(pod.getMetadata().getNamespace()))
                : List.of();
    }

    /** Told of each change. */
    interface Heard<T> {
        void accept(WorkloadId id, T object, boolean gone);
    }

    /** Returns at once; {@link #complete} says when everything has been read. */
    void start() {
        all().forEach(SharedIndexInformer::start);
    }

    boolean complete() {
        return all().stream().allMatch(informer -> informer.hasSynced());
    }

    void wrote(WorkloadId id, HasMetadata object) {
        written.put(id, object);
    }

    void deleted(WorkloadId id) {
        written.remove(id);
        losses.told(id);
    }

    Optional<HasMetadata> owner(WorkloadId id) {
        var key = id.namespace() + "/" + Labels.objectName(id);
        HasMetadata cached = isJob(id)
                ? jobs.getStore().getByKey(key)
                : deployments.getStore().getByKey(key);
        var own = written.get(id);
        if (cached == null || (own != null && (isAnother(cached, own) || isOlder(cached, own)))) {
            return Optional.ofNullable(own);
        }
        return Optional.of(cached).filter(object -> labels.workload(object).equals(Optional.of(id)));
    }

    Optional<HorizontalPodAutoscaler> autoscaler(WorkloadId id) {
        return Optional.ofNullable(autoscalers.getStore().getByKey(id.namespace() + "/" + Labels.objectName(id)));
    }

    boolean isBudgeted(WorkloadId id) {
        return budgets.getStore().getByKey(id.namespace() + "/" + Labels.besidesName(id)) != null;
    }

    List<Pod> pods(WorkloadId id) {
        var all = new ArrayList<>(pods.getIndexer().byIndex(BY_WORKLOAD, id.toString()));
        var known = all.stream().map(pod -> pod.getMetadata().getUid()).collect(Collectors.toSet());
        // Those that were recognised after they were indexed, and those that the watch has lost.
        Stream.concat(nobodys(id), kin.strays().stream())
                .filter(pod -> kin.known(pod).equals(Optional.of(id)))
                .filter(pod -> known.add(pod.getMetadata().getUid()))
                .forEach(all::add);
        return all;
    }

    /** The same, once the watch has told of all that it has let go: a pod that it has lost is not gone. */
    List<Pod> settled(WorkloadId id) {
        var all = pods(id);
        for (var tries = 0; all.isEmpty() && kin.knows(id) && tries < SETTLING; tries++) {
            LockSupport.parkNanos(SETTLING_NANOS);
            all = pods(id);
        }
        return all;
    }

    private Stream<Pod> nobodys(WorkloadId id) {
        return pods.getIndexer().byIndex(NOBODYS, id.namespace().value()).stream();
    }

    /** Pods that may have been a workload's: they carry our labels, are called as its pods are, and nothing proves it. */
    List<Pod> doubtful(WorkloadId id) {
        return nobodys(id)
                .filter(pod -> Kin.isCalledAs(id, pod) && kin.known(pod).isEmpty())
                .toList();
    }

    /** One of those is: somebody else knew it. */
    void recognise(WorkloadId id, Pod pod) {
        kin.recognise(id, pod);
        quarantine.cleared(pod);
        heardPod(id, pod, false);
        changed.accept(id);
    }

    /** A pod of ours that is not watched. */
    void found(WorkloadId id, Pod pod) {
        kin.recognise(id, pod);
        if (!kin.isMarked(id, pod)) {
            heardPod(id, pod, false);
            changed.accept(id);
        }
    }

    Kin kin() {
        return kin;
    }

    /** Of an object of this kind; empty where it is not ours, or was not heard of yet. */
    Optional<WorkloadId> workloadOf(String kind, String namespace, String name) {
        var key = namespace + "/" + name;
        HasMetadata found = switch (kind) {
            case "Pod" -> pods.getStore().getByKey(key);
            case "Job" -> jobs.getStore().getByKey(key);
            case "Deployment" -> deployments.getStore().getByKey(key);
            default -> null;
        };
        return Optional.ofNullable(found).flatMap(kin::workload);
    }

    List<Pod> pods() {
        return new ArrayList<>(pods.getStore().list());
    }

    List<Node> nodes() {
        return new ArrayList<>(nodes.getStore().list());
    }

    /** What carries our labels there and is not ours: a sentence for each. */
    List<String> setAside(Name namespace) {
        return quarantine.in(namespace);
    }

    static boolean isJob(WorkloadId id) {
        return id.kind().equals("job");
    }

    /** Another object of that name, of which ours took the place, or which we were told is not ours. */
    private boolean isAnother(HasMetadata cached, HasMetadata own) {
        return !Objects.equals(cached.getMetadata().getUid(), own.getMetadata().getUid())
                && labels.workload(cached).isEmpty();
    }

    /** Of one and the same object; another of its name is another story. */
    private static boolean isOlder(HasMetadata cached, HasMetadata own) {
        var one = cached.getMetadata();
        var other = own.getMetadata();
        return Objects.equals(one.getUid(), other.getUid())
                && Long.parseLong(one.getResourceVersion()) < Long.parseLong(other.getResourceVersion());
    }

    private List<SharedIndexInformer<? extends HasMetadata>> all() {
        return Stream.concat(Stream.of(jobs, deployments, autoscalers, pods, nodes, budgets), services.all().stream())
                .toList();
    }

    /** An object that cannot be understood is passed over: the others are not its victims. */
    private <T extends HasMetadata> ResourceEventHandler<T> handler(Heard<T> then) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                heard(object, false);
            }

            @Override
            public void onUpdate(T before, T after) {
                heard(after, false);
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                heard(object, true);
            }

            private void heard(T object, boolean gone) {
                try {
                    var workload = kin.workload(object);
                    quarantine.heard(object, gone || workload.isPresent());
                    workload.ifPresent(id -> {
                        if (!(object instanceof Pod)) {
                            written.computeIfPresent(id, (key, own) -> supersedes(object, own, gone) ? null : own);
                        }
                        then.accept(id, object, gone);
                        changed.accept(id);
                    });
                    Belonging.stripped(labels, object).ifPresent(changed);
                } catch (RuntimeException malformed) {
                    LOG.warn(
                            "{} {}/{} is passed over: {}",
                            object.getKind(),
                            object.getMetadata().getNamespace(),
                            object.getMetadata().getName(),
                            malformed.toString());
                }
            }
        };
    }

    private void heardAutoscaler(WorkloadId id, HorizontalPodAutoscaler autoscaler, boolean gone) {
        if (gone) {
            losses.gone(id, autoscaler, owner(id).isPresent());
        } else {
            losses.told(id);
        }
    }

    private void heardBeside(String namespace, String owner) {
        workloadOf("Deployment", namespace, owner).ifPresent(changed);
    }

    Services services() {
        return services;
    }

    /** Autoscalers that others have deleted. */
    Losses losses() {
        return losses;
    }

    private void heardPod(WorkloadId id, Pod pod, boolean left) {
        if (!left) {
            kin.there(id, pod);
            onPod.accept(id, pod, false);
        } else if (kin.isGone(pod)) {
            services.gone(pod);
            onPod.accept(id, pod, true);
        }
    }

    /** A pod that the watch had lost is not there. */
    void gone(Pod pod) {
        var workload = kin.known(pod);
        kin.gone(pod);
        services.gone(pod);
        workload.ifPresent(id -> {
            onPod.accept(id, pod, true);
            changed.accept(id);
        });
    }

    private static boolean supersedes(HasMetadata heard, HasMetadata own, boolean gone) {
        var same =
                Objects.equals(heard.getMetadata().getUid(), own.getMetadata().getUid());
        return same && (gone || !isOlder(heard, own));
    }

    @Override
    public void close() {
        all().forEach(SharedIndexInformer::stop);
    }
}
