package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.NamespaceGoing;
import dev.tidewright.cluster.NamespaceRefused;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import dev.tidewright.kernel.Text;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceCondition;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Our namespaces with all that fences them in: made, watched, and put back when others change or delete something of it. */
final class Fences implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Fences.class);
    private static final int HELD = 300;
    private static final PatchContext MARK = Writes.applying(Labels.PLATFORM + "-fences");

    private final KubernetesClient client;
    private final NamespaceManifests manifests;
    private final Consumer<Name> changed;
    private final Map<String, SharedIndexInformer<? extends HasMetadata>> watched = new LinkedHashMap<>();

    /** Seen or made by ourselves, and maybe not heard of from the watch yet. */
    private final Set<Name> made = ConcurrentHashMap.newKeySet();

    /** Gone, or without our labels, and not by us. */
    private final Set<Name> lost = ConcurrentHashMap.newKeySet();

    /** Names that the cluster does not give us, and why. */
    private final Map<Name, String> refused = new ConcurrentHashMap<>();

    /** @param changed told of a namespace of which others changed or deleted something */
    Fences(KubernetesClient client, Labels labels, Openings openings, Consumer<Name> changed, Denied denied) {
        this.client = client;
        this.manifests = new NamespaceManifests(labels, openings);
        this.changed = changed;
        Stream.of(
                        Namespace.class,
                        ResourceQuota.class,
                        LimitRange.class,
                        NetworkPolicy.class,
                        ServiceAccount.class,
                        Role.class,
                        RoleBinding.class)
                .forEach(kind -> denied.listenTo(watch(kind, labels)));
    }

    private <T extends HasMetadata> SharedIndexInformer<T> watch(Class<T> kind, Labels labels) {
        SharedIndexInformer<T> informer = client.resources(kind)
                .inAnyNamespace()
                .withLabels(labels.ours())
                .runnableInformer(0);
        informer.addEventHandler(new ResourceEventHandler<T>() {
            @Override
            public void onAdd(T object) {}

            @Override
            public void onUpdate(T before, T after) {
                if (isGoing(before) != isGoing(after) || !Drift.isAs(after, before) || !Drift.isAs(before, after)) {
                    tell(after);
                }
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                if (object instanceof Namespace) {
                    var name = new Name(object.getMetadata().getName());
                    if (made.remove(name)) {
                        lost.add(name);
                    }
                }
                tell(object);
            }
        });
        watched.put(kind.getSimpleName(), informer);
        return informer;
    }

    private void tell(HasMetadata object) {
        var namespace = object instanceof Namespace
                ? object.getMetadata().getName()
                : object.getMetadata().getNamespace();
        changed.accept(new Name(namespace));
    }

    void start() {
        watched.values().forEach(SharedIndexInformer::start);
    }

    boolean complete() {
        return watched.values().stream().allMatch(SharedIndexInformer::hasSynced);
    }

    /** Refuses until the namespace is ours, with all its fences. */
    void require(Name namespace) {
        var found = (Namespace) cached("Namespace", namespace.value());
        if (found != null && isGoing(found)) {
            throw going(found);
        }
        if (!made.contains(namespace) && (found == null || !NamespaceManifests.isFenced(found))) {
            throw new ClusterUnavailable(
                    "the namespace " + namespace + " is not there yet with all its fences",
                    new IllegalStateException());
        }
    }

    /** Why there is no such namespace for us; empty while there is or may be one. */
    Optional<String> refused(Name namespace) {
        return Optional.ofNullable(refused.get(namespace));
    }

    /** Answers what others had changed and is put back. Asks and writes nothing where nothing differs. */
    List<String> provision(Name namespace, Resources limits) {
        var wanted = manifests.all(namespace, limits);
        if (!refused.containsKey(namespace) && isAllThere(namespace, wanted)) {
            made.add(namespace);
            return List.of();
        }
        try {
            var found = owned(namespace);
            var known = found != null && NamespaceManifests.isFenced(found, wanted);
            var repairs = new ArrayList<String>();
            wanted.forEach(object -> repaired(object).ifPresent(repairs::add));
            if (!known) {
                client.resource(manifests.fenced(namespace, wanted)).patch(MARK);
            }
            var deleted = lost.remove(namespace) && found == null;
            made.add(namespace);
            refused.remove(namespace);
            var told = known ? repairs : deleted ? repairs.subList(0, 1) : List.<String>of();
            told.forEach(words -> LOG.info("namespace {}: {}", namespace, words));
            return told;
        } catch (KubernetesClientException failure) {
            if (Calls.translated("make the namespace", failure) instanceof ClusterUnavailable) {
                throw failure;
            }
            throw refusal(
                    namespace,
                    "the cluster refuses the namespace " + namespace + " (" + Calls.said(failure)
                            + "): an admin of the cluster can give the platform's account what it lacks");
        }
    }

    private boolean isAllThere(Name namespace, List<HasMetadata> wanted) {
        return cached("Namespace", namespace.value()) instanceof Namespace found
                && !isGoing(found)
                && NamespaceManifests.isFenced(found, wanted)
                && wanted.stream().allMatch(object -> {
                    var live = cached(object.getKind(), key(object));
                    return live != null && Drift.isAs(live, object);
                });
    }

    private @Nullable Namespace owned(Name namespace) {
        var found = client.namespaces().withName(namespace.value()).get();
        if (found != null && !manifests.isOurs(found)) {
            throw refusal(namespace, foreign(namespace));
        }
        if (found != null && isGoing(found)) {
            throw going(found);
        }
        return found;
    }

    private static boolean isGoing(HasMetadata object) {
        return object.getMetadata().getDeletionTimestamp() != null;
    }

    private static NamespaceGoing going(Namespace namespace) {
        var status = namespace.getStatus();
        var held = status == null || status.getConditions() == null
                ? ""
                : status.getConditions().stream()
                        .filter(condition -> "True".equals(condition.getStatus()) && condition.getMessage() != null)
                        .map(NamespaceCondition::getMessage)
                        .collect(Collectors.joining("; "));
        return NamespaceGoing.of(new Name(namespace.getMetadata().getName()), Text.shortened(held, HELD));
    }

    /** Asks the cluster why it cannot be made; empty when there is none, or one of ours. */
    Optional<String> taken(Name namespace) {
        return Optional.ofNullable(
                        client.namespaces().withName(namespace.value()).get())
                .filter(found -> !manifests.isOurs(found))
                .map(found -> foreign(namespace));
    }

    private static String foreign(Name namespace) {
        return "the cluster has a namespace " + namespace + " already that is not this platform's, so nothing of it is"
                + " touched: an admin of the cluster can delete it, or make the namespace here under another name";
    }

    private NamespaceRefused refusal(Name namespace, String why) {
        made.remove(namespace);
        refused.put(namespace, why);
        return new NamespaceRefused(why);
    }

    /** Writes what differs; answers what did, unless the cluster says that nothing had to be changed. */
    private Optional<String> repaired(HasMetadata object) {
        var live = client.resource(object).get();
        if (live != null && Drift.isAs(live, object)) {
            return Optional.empty();
        }
        var applied = client.resource(object).patch(Writes.APPLY);
        if (live != null
                && Objects.equals(
                        live.getMetadata().getResourceVersion(),
                        applied.getMetadata().getResourceVersion())) {
            return Optional.empty();
        }
        return Optional.of(Drift.words(live, object));
    }

    void retire(Name namespace) {
        made.remove(namespace);
        lost.remove(namespace);
        refused.remove(namespace);
        var found = client.namespaces().withName(namespace.value()).get();
        if (found != null && manifests.isOurs(found) && found.getMetadata().getDeletionTimestamp() == null) {
            client.namespaces().withName(namespace.value()).delete();
        }
    }

    private @Nullable HasMetadata cached(String kind, String key) {
        return Objects.requireNonNull(watched.get(kind)).getStore().getByKey(key);
    }

    private static String key(HasMetadata object) {
        var metadata = object.getMetadata();
        return metadata.getNamespace() == null
                ? metadata.getName()
                : metadata.getNamespace() + "/" + metadata.getName();
    }

    @Override
    public void close() {
        watched.values().forEach(SharedIndexInformer::stop);
    }
}
