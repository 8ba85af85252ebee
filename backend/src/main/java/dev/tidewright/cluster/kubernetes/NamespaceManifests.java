package dev.tidewright.cluster.kubernetes;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyBuilder;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a namespace consists of, in the order in which it is made. Pure. */
final class NamespaceManifests {

    /** One name for each fence: there is one of a kind in a namespace. */
    private static final String FENCE = "tidewright";

    private static final String FENCED = "tidewright.dev/fenced";
    private static final String POD_SECURITY = "pod-security.kubernetes.io/";

    private final Labels labels;

    NamespaceManifests(Labels labels) {
        this.labels = labels;
    }

    Namespace namespace(Name name) {
        var all = new TreeMap<>(labels.ours());
        for (var mode : List.of("enforce", "audit", "warn")) {
            all.put(POD_SECURITY + mode, "restricted");
        }
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name.value())
                .withLabels(all)
                .endMetadata()
                .build();
    }

    /** The same namespace when all of it is there: it is marked by another manager than the one that makes it. */
    Namespace fenced(Name name) {
        return new NamespaceBuilder()
                .withNewMetadata()
                .withName(name.value())
                .withLabels(Map.of(FENCED, "true"))
                .endMetadata()
                .build();
    }

    static boolean isFenced(Namespace namespace) {
        return "true".equals(namespace.getMetadata().getLabels().get(FENCED))
                && namespace.getMetadata().getDeletionTimestamp() == null;
    }

    /** All of it is there before the first workload is. */
    List<HasMetadata> fences(Name namespace, Resources limits) {
        return List.of(quota(namespace, limits), defaults(namespace), closed(namespace));
    }

    /**
     * The second fence behind the platform's own ledger. Twice as wide: a replica that drains and one that a rollout adds
     * are there beside those that the ledger counts.
     */
    private ResourceQuota quota(Name namespace, Resources limits) {
        var hard = new TreeMap<String, Quantity>();
        var wide = limits.times(2);
        if (limits.cpuMillis() > 0) {
            hard.put("requests.cpu", new Quantity(wide.cpu()));
        }
        if (limits.memoryBytes() > 0) {
            hard.put("requests.memory", new Quantity(Long.toString(wide.memoryBytes())));
        }
        wide.gpu().forEach((name, count) -> hard.put("requests." + name, new Quantity(Long.toString(count))));
        return new ResourceQuotaBuilder()
                .withMetadata(metadata(namespace))
                .withNewSpec()
                .withHard(hard)
                .endSpec()
                .build();
    }

    /** A quota refuses pods that say nothing of what it counts. */
    private LimitRange defaults(Name namespace) {
        return new LimitRangeBuilder()
                .withMetadata(metadata(namespace))
                .withNewSpec()
                .addNewLimit()
                .withType("Container")
                .withDefaultRequest(new TreeMap<>(Map.of("cpu", new Quantity("10m"), "memory", new Quantity("32Mi"))))
                .endLimit()
                .endSpec()
                .build();
    }

    /**
     * Nobody but the platform's own pods and the nodes (who ask whether replicas are well) comes in; everything goes out,
     * because programs fetch packages and data. A gateway outside of the cluster comes as a node does.
     */
    private NetworkPolicy closed(Name namespace) {
        return new NetworkPolicyBuilder()
                .withMetadata(metadata(namespace))
                .withNewSpec()
                .withNewPodSelector()
                .endPodSelector()
                .withPolicyTypes("Ingress")
                .addNewIngress()
                .addNewFrom()
                .withNewNamespaceSelector()
                .endNamespaceSelector()
                .withNewPodSelector()
                .addToMatchLabels("app.kubernetes.io/name", Labels.PLATFORM)
                .endPodSelector()
                .endFrom()
                .endIngress()
                .endSpec()
                .build();
    }

    private ObjectMeta metadata(Name namespace) {
        return new ObjectMetaBuilder()
                .withName(FENCE)
                .withNamespace(namespace.value())
                .withLabels(new TreeMap<>(labels.ours()))
                .build();
    }
}
