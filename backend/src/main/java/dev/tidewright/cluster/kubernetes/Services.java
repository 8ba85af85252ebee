package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServicePort;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The Service of each revision, and which of its pods the cluster lists in the EndpointSlices: only such a pod's address is given
 * to the gateways. What is listed once is taken away again by the pod's own word, which is heard one controller earlier.
 */
final class Services {

    private static final String BY_SERVICE = "service";

    private final Labels labels;
    private final SharedIndexInformer<Service> services;
    private final SharedIndexInformer<EndpointSlice> slices;

    /** Pods whose address was given out, by uid. */
    private final Set<String> admitted = ConcurrentHashMap.newKeySet();

    /** @param heard told of each change: the namespace, and the name of the Job or Deployment that a Service lies beside */
    Services(KubernetesClient client, Labels labels, BiConsumer<String, String> heard) {
        this.labels = labels;
        var ours = labels.ours();
        services = client.services().inAnyNamespace().withLabels(ours).runnableInformer(0);
        // The cluster's controller gives a slice the labels of its Service.
        slices = client.discovery()
                .v1()
                .endpointSlices()
                .inAnyNamespace()
                .withLabels(ours)
                .runnableInformer(0);
        services.addEventHandler(telling(service -> heard.accept(
                service.getMetadata().getNamespace(),
                owner(service.getMetadata().getName()))));
        slices.addEventHandler(telling(slice ->
                makers(slice).forEach(name -> heard.accept(slice.getMetadata().getNamespace(), owner(name)))));
        slices.addIndexers(Map.of(BY_SERVICE, Services::keys));
    }

    List<SharedIndexInformer<? extends HasMetadata>> all() {
        return List.of(services, slices);
    }

    /**
     * Whether a replica that is ready may be given to the gateways. Where its Service is not there as it was made, or the cluster
     * has no slice of it, the pod's own word has to do: who breaks a Service does not stop the replicas behind it.
     */
    boolean admits(WorkloadId id, Pod pod) {
        var uid = pod.getMetadata().getUid();
        if (admitted.contains(uid)) {
            return true;
        }
        var service = services.getStore().getByKey(key(id));
        var listed = slices.getIndexer().byIndex(BY_SERVICE, key(id));
        return (service == null
                        || !isAsMade(service, labels.selector(id))
                        || listed.isEmpty()
                        || listed.stream().anyMatch(slice -> lists(slice, uid)))
                && admitted.add(uid);
    }

    /** A pod is gone. */
    void gone(Pod pod) {
        admitted.remove(pod.getMetadata().getUid());
    }

    /** What others have done to the Service of a Deployment; empty where nothing. */
    Optional<String> altered(WorkloadId id, Deployment deployment) {
        if (deployment.getMetadata().getDeletionTimestamp() != null) {
            return Optional.empty();
        }
        var service = services.getStore().getByKey(key(id));
        var what = "the Service " + Labels.besidesName(id);
        if (service == null) {
            // An older release made none.
            return Optional.of(
                    Besides.noted(deployment, new Service()) == null
                            ? what + " was missing and was made"
                            : what + " had been deleted, or had lost its labels, and was put back");
        }
        var lost = !hasLabels(service, labels.of(id));
        var by = Managed.others(service, lost ? "metadata" : "spec");
        return lost || !isAsMade(service, labels.selector(id))
                ? Optional.of(what + (lost ? " had lost labels or had them changed" : " had been changed")
                        + Managed.by(by) + " and was put back")
                : Optional.empty();
    }

    private static boolean hasLabels(Service service, Map<String, String> wanted) {
        return service.getMetadata().getLabels().entrySet().containsAll(wanted.entrySet());
    }

    /** Whether it leads to the pods of its revision that are ready, and to nothing else. */
    static boolean isAsMade(Service service, Map<String, String> selector) {
        var spec = service.getSpec();
        return service.getMetadata().getDeletionTimestamp() == null
                && "ClusterIP".equals(spec.getType())
                && "None".equals(spec.getClusterIP())
                && selector.equals(spec.getSelector())
                && !Boolean.TRUE.equals(spec.getPublishNotReadyAddresses())
                && spec.getPorts().size() == 1
                && isPrograms(spec.getPorts().getFirst());
    }

    private static boolean isPrograms(ServicePort port) {
        return Objects.equals(port.getPort(), Manifests.PORT)
                && Objects.equals(port.getTargetPort().getIntVal(), Manifests.PORT);
    }

    /** Whether a slice has a pod's address as one that takes requests; what it does not know of it is no objection. */
    static boolean lists(EndpointSlice slice, String uid) {
        return slice.getEndpoints() != null
                && slice.getEndpoints().stream()
                        .filter(endpoint -> endpoint.getTargetRef() != null
                                && uid.equals(endpoint.getTargetRef().getUid()))
                        .anyMatch(endpoint -> endpoint.getConditions() == null
                                || !Boolean.FALSE.equals(
                                        endpoint.getConditions().getReady()));
    }

    private static String key(WorkloadId id) {
        return id.namespace() + "/" + Labels.besidesName(id);
    }

    private static List<String> keys(EndpointSlice slice) {
        return makers(slice)
                .map(name -> slice.getMetadata().getNamespace() + "/" + name)
                .toList();
    }

    /** The Service that it was made for: anybody may write the label. */
    private static Stream<String> makers(EndpointSlice slice) {
        return slice.getMetadata().getOwnerReferences().stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()) && "Service".equals(owner.getKind()))
                .map(OwnerReference::getName);
    }

    /** By its name, which nobody can change, and not by its labels. */
    private static String owner(String service) {
        return service.replaceFirst("^revision-", "");
    }

    private static <T extends HasMetadata> ResourceEventHandler<T> telling(Consumer<T> heard) {
        return new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                heard.accept(object);
            }

            @Override
            public void onUpdate(T before, T after) {
                heard.accept(after);
            }

            @Override
            public void onDelete(T object, boolean unknown) {
                heard.accept(object);
            }
        };
    }
}
