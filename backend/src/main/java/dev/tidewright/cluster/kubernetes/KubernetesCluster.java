package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.Capabilities;
import dev.tidewright.cluster.Capacity;
import dev.tidewright.cluster.ChangeHints;
import dev.tidewright.cluster.ClusterAdapter;
import dev.tidewright.cluster.ClusterEvent;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.DrainGate;
import dev.tidewright.cluster.LogSlice;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.Silence;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Runs workloads on Kubernetes. Closing it leaves them running; all it knows it reads from there again. */
final class KubernetesCluster implements ClusterAdapter {

    private final KubernetesClient client;
    private final Calls calls;
    private final Observer observer;
    private final ChangeHints hints;
    private final LogKeeper logs;
    private final Watches watches;
    private final Warnings warnings;
    private final Denied denied;
    private final Happenings happenings;
    private final Fences fences;
    private final Writes writes;
    private final Mended mended;
    private final Strays strays;
    private final Sizes sizes;
    private final Scalers scalers;
    private final Drains drains;
    private final Stops stops;
    private final MetricHops hops;
    private final Heartbeat heartbeat;
    private final Occupancy occupancy;

    KubernetesCluster(
            KubernetesClient client,
            KubernetesSettings settings,
            Manifests manifests,
            KeptLogs kept,
            InstantSource clock,
            Supplier<List<DrainGate>> gates) {
        this.client = client;
        hints = new ChangeHints(this::isNews);
        calls = new Calls(clock);
        var labels = new Labels(settings.instance());
        logs = new LogKeeper(client, kept, clock, id -> hints.tell(List.of(id)));
        denied = new Denied(clock);
        watches = new Watches(client, labels, id -> hints.tell(List.of(id)), this::onPod, denied);
        warnings = new Warnings(client, this::onWarning, denied);
        happenings = new Happenings(client, watches);
        fences = new Fences(
                client,
                labels,
                manifests.openings(),
                name -> hints.tell(List.of(WorkloadId.ofNamespace(name))),
                denied);
        mended = new Mended();
        writes = new Writes(client, labels, manifests, mended);
        strays = new Strays(watches, writes, calls, clock);
        sizes = new Sizes(watches, writes, calls, clock);
        hops = new MetricHops(client);
        scalers = new Scalers(calls, writes, watches, clock);
        drains = new Drains(watches, writes, calls, gates);
        stops = new Stops(watches, writes, calls, clock);
        heartbeat = new Heartbeat(client, clock);
        occupancy = new Occupancy(client, calls, labels, watches, clock);
        observer = new Observer(
                new Observer.Sources(watches, warnings, logs, scalers, mended, occupancy),
                new Observations(settings.imagePullDeadline()),
                clock);
    }

    /** Returns at once, also while the API server is away: until it answers, every call says so. */
    void start() {
        watches.start();
        warnings.start();
        fences.start();
        happenings.start();
        drains.start();
        strays.start();
        heartbeat.start();
        logs.start();
    }

    @Override
    public List<String> provision(Name namespace, Resources limits) {
        requireListening();
        return calls.call("make the namespace " + namespace, () -> fences.provision(namespace, limits));
    }

    @Override
    public Optional<String> taken(Name namespace) {
        requireListening();
        try {
            return calls.call("look for the namespace " + namespace, () -> fences.taken(namespace));
        } catch (KubernetesClientException refusal) {
            return Optional.empty(); // making it will tell
        }
    }

    @Override
    public List<String> setAside(Name namespace) {
        return watches.setAside(namespace);
    }

    @Override
    public void retire(Name namespace) {
        calls.call("remove the namespace " + namespace, () -> {
            fences.retire(namespace);
            return true;
        });
    }

    @Override
    public void apply(Workload workload) {
        requireListening();
        var id = workload.id();
        var why = fences.refused(id.namespace());
        if (why.isPresent()) {
            observer.refused(id, why.get());
            return;
        }
        fences.require(id.namespace());
        var known = watches.owner(id).filter(owner -> owner.getMetadata().getDeletionTimestamp() == null);
        var owner = known.isPresent() ? known : created(workload);
        if (workload instanceof Workload.Service service && owner.orElse(null) instanceof Deployment deployment) {
            sizes.scale(service, deployment);
        }
    }

    /** Empty where the API server will not have it: what it says is what {@link #observe} answers from then on. */
    private Optional<HasMetadata> created(Workload workload) {
        var id = workload.id();
        observer.writing(id);
        try {
            var made = calls.call("run " + id, () -> writes.create(workload));
            observer.made(id);
            watches.wrote(id, made);
            return Optional.of(made);
        } catch (KubernetesClientException refusal) {
            observer.refused(id, Calls.said(refusal));
        } catch (Writes.Foreign taken) {
            observer.refused(id, String.valueOf(taken.getMessage()));
        }
        hints.tell(List.of(id));
        return Optional.empty();
    }

    @Override
    public boolean repair(Workload workload) {
        requireListening();
        var id = workload.id();
        mended.told(id);
        observer.writing(id);
        try {
            watches.owner(id)
                    .ifPresent(owner ->
                            watches.wrote(id, calls.call("repair " + id, () -> writes.repair(workload, owner))));
            if (workload instanceof Workload.Service service) {
                sizes.restore(service, () -> apply(service));
            }
        } catch (KubernetesClientException | Writes.Foreign refusal) {
            observer.unmended(id, refusal);
            return false;
        }
        watches.losses().told(id);
        observer.mended(id);
        observer.made(id);
        return true;
    }

    @Override
    public void autoscale(WorkloadId id, @Nullable Autoscaler autoscaler) {
        requireListening();
        if (autoscaler == null) {
            scalers.end(id);
        } else {
            scalers.autoscale(id, autoscaler);
        }
    }

    @Override
    public List<String> unreadable(WorkloadId id, Autoscaler autoscaler) {
        requireListening();
        return calls.call("look for the metrics of " + id, () -> hops.unreadable(id, autoscaler));
    }

    @Override
    public Observation observe(WorkloadId id) {
        requireListening();
        var owner = watches.owner(id);
        watches.doubtful(id).stream().filter(pod -> logs.isOf(id, pod)).forEach(pod -> watches.recognise(id, pod));
        var pods = watches.settled(id);
        if (owner.isEmpty()
                && (!Watches.isJob(id)
                        || pods.stream().allMatch(pod -> pod.getMetadata().getDeletionTimestamp() == null))) {
            // The cache may be behind, or somebody took away the marks by which it is watched; that something is gone
            // is only
            // said by the API server itself.
            owner = calls.call("look for " + id, () -> writes.read(id));
            owner.ifPresent(found -> watches.wrote(id, found));
        }
        if (owner.isEmpty() && pods.isEmpty()) {
            requireNoDoubt(id);
        }
        owner.ifPresent(found -> strays.search(id, found));
        try {
            return observer.observe(id, owner, pods);
        } catch (ClusterUnavailable away) {
            throw away;
        } catch (RuntimeException malformed) {
            throw new ClusterUnavailable(
                    "what the cluster has of " + id + " cannot be understood (" + malformed.getMessage()
                            + "): look who else writes to it",
                    malformed);
        }
    }

    /** That it is gone is said only where nothing is there that may be of it: another attempt would run beside it. */
    private void requireNoDoubt(WorkloadId id) {
        watches.doubtful(id).stream().filter(pod -> !Ends.isOver(pod)).findAny().ifPresent(pod -> {
            throw new ClusterUnavailable(
                    "the Pod " + pod.getMetadata().getName() + " is called and labelled as one of " + id.name()
                            + ", and nothing shows whether it is: delete it if it is not wanted, and nothing more is"
                            + " waited for",
                    new IllegalStateException());
        });
    }

    @Override
    public void stop(WorkloadId id) {
        requireListening();
        if (!stops.isEnding(id)) {
            remove(id);
        }
    }

    @Override
    public void delete(WorkloadId id) {
        requireListening();
        remove(id);
        logs.forget(id);
    }

    private void remove(WorkloadId id) {
        var known = watches.owner(id).orElse(null);
        calls.call("delete " + id, () -> {
            // What brings outputs home has long; a program that was told to go has only what it was promised.
            var pods = watches.pods(id);
            pods.forEach(pod -> Carriers.stopGrace(pod).ifPresent(grace -> writes.hasten(pod, grace)));
            writes.delete(id, known, pods);
            return true;
        });
        watches.deleted(id);
        observer.removed(id);
        scalers.forget(id);
        mended.told(id);
        strays.forget(id);
    }

    @Override
    public LogSlice logs(WorkloadId id, String replica, long position, int maxBytes) {
        return logs.read(id, replica, position, maxBytes);
    }

    @Override
    public void onChange(Consumer<WorkloadId> listener) {
        hints.add(listener);
    }

    @Override
    public void onEvent(Consumer<ClusterEvent> listener) {
        happenings.add(listener, warnings.all());
    }

    @Override
    public Capabilities capabilities(Name namespace) {
        return new Capabilities(true, true, true);
    }

    @Override
    public Capacity capacity(Name namespace) {
        requireListening();
        return occupancy.now();
    }

    @Override
    public Optional<Silence> silence() {
        var since = heartbeat.silentSince();
        var refusal = denied.silence(client.getMasterUrl());
        if (since.isEmpty() && (refusal.isPresent() || isComplete())) {
            return refusal;
        }
        var when = since.map(moment -> " since " + moment.truncatedTo(ChronoUnit.SECONDS))
                .orElse(" yet");
        return Optional.of(new Silence(
                since.orElse(null), "the cluster at " + client.getMasterUrl() + " has not answered" + when));
    }

    /** What was heard before is no answer: it would be taken for the state of now. */
    private void requireListening() {
        silence().ifPresent(silence -> {
            throw new ClusterUnavailable(silence.message(), new IllegalStateException());
        });
    }

    private boolean isComplete() {
        return watches.complete() && warnings.complete() && fences.complete();
    }

    private boolean isNews(WorkloadId id) {
        return observer.isNews(id);
    }

    private void onPod(WorkloadId id, Pod pod, boolean gone) {
        if (gone) {
            logs.gone(pod);
        } else {
            logs.seen(id, pod);
            happenings.seen(id, pod);
        }
    }

    private void onWarning(Event event) {
        var about = event.getInvolvedObject();
        if (about.getNamespace() != null && about.getName() != null && "Pod".equals(about.getKind())) {
            watches.workloadOf("Pod", about.getNamespace(), about.getName()).ifPresent(id -> hints.tell(List.of(id)));
        }
        happenings.heard(event);
    }

    @Override
    public void close() {
        heartbeat.close();
        drains.close();
        strays.close();
        watches.close();
        warnings.close();
        fences.close();
        happenings.close();
        logs.close();
        hints.close();
        client.close();
    }
}
