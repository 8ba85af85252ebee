package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.ScalingMetric;
import dev.tidewright.cluster.WorkloadId;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Walks the way that a metric takes to the autoscaler, hop by hop, and tells the first that fails: is there an API for such
 * metrics, does it answer, does it know this one.
 */
final class MetricHops {

    private static final int SHOWN = 5;

    private final KubernetesClient client;

    MetricHops(KubernetesClient client) {
        this.client = client;
    }

    List<String> unreadable(WorkloadId id, Autoscaler autoscaler) {
        return autoscaler.metrics().stream()
                .map(metric -> first(id, metric).map(sentence -> metric.name() + " cannot be read now: " + sentence))
                .flatMap(Optional::stream)
                .distinct()
                .toList();
    }

    private Optional<String> first(WorkloadId id, ScalingMetric metric) {
        try {
            return switch (metric.type()) {
                case "Resource" ->
                    served("metrics.k8s.io", "v1beta1").isPresent()
                            ? Optional.empty()
                            : Optional.of("nothing serves metrics.k8s.io in this cluster. Install metrics-server");
                case "Pods" -> custom("pods/" + metric.name(), metric.name());
                case "Object" ->
                    metric.object() == null
                            ? Optional.empty()
                            : custom(
                                    "/" + metric.object().metric().name(),
                                    metric.object().metric().name());
                default -> external(id, metric.name());
            };
        } catch (KubernetesClientException failure) {
            return failure.getCode() == Calls.FORBIDDEN
                    ? Optional.empty()
                    : Optional.of("the API is registered, but what is behind it does not answer (" + Calls.said(failure)
                            + "). Look at the adapter's own pods");
        }
    }

    private Optional<String> custom(String wanted, String name) {
        var known = served("custom.metrics.k8s.io", "v1beta2").or(() -> served("custom.metrics.k8s.io", "v1beta1"));
        if (known.isEmpty()) {
            return Optional.of("nothing serves custom.metrics.k8s.io in this cluster. Install an adapter such as"
                    + " prometheus-adapter, or scale by targetRequestsPerSecond, which the gateway measures");
        }
        return known.get().stream().anyMatch(resource -> resource.getName().endsWith(wanted))
                ? Optional.empty()
                : Optional.of("the adapter does not know " + name + "; " + some(known.get())
                        + ". Add a rule for it to the adapter");
    }

    private Optional<String> external(WorkloadId id, String name) {
        var known = served("external.metrics.k8s.io", "v1beta1");
        if (known.isEmpty()) {
            return Optional.of(
                    "nothing serves external.metrics.k8s.io in this cluster. Install an adapter such as KEDA's");
        }
        // Adapters of external metrics commonly list none of them: only asking tells.
        return raw("/apis/external.metrics.k8s.io/v1beta1/namespaces/" + id.namespace() + "/"
                                + URLEncoder.encode(name, StandardCharsets.UTF_8))
                        .isPresent()
                ? Optional.empty()
                : Optional.of("the adapter does not know it. Check its name and what feeds it");
    }

    private static String some(List<APIResource> known) {
        var names = known.stream()
                .map(APIResource::getName)
                .filter(name -> name.startsWith("pods/"))
                .map(name -> name.substring("pods/".length()))
                .limit(SHOWN)
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "it knows none of pods" : "of pods it knows " + names;
    }

    /** The metrics of an API; empty when there is no such API. */
    private Optional<List<APIResource>> served(String group, String version) {
        return raw("/apis/" + group + "/" + version)
                .map(text -> client.getKubernetesSerialization()
                        .unmarshal(text, APIResourceList.class)
                        .getResources());
    }

    private Optional<String> raw(String path) {
        try {
            return Optional.ofNullable(client.raw(path));
        } catch (KubernetesClientException failure) {
            if (failure.getCode() == Calls.NOT_FOUND) {
                return Optional.empty();
            }
            throw failure;
        }
    }
}
