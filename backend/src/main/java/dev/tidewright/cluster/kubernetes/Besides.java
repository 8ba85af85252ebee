package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What lies beside the object that runs a workload: its Secret, its disruption budget. Secrets may not be read, so one that
 * is there already is asked by a patch whether it carries our labels: only then is it changed, and only then is it ours to
 * delete.
 */
final class Besides {

    /** What the API server answers when a test of a patch fails. */
    private static final int UNPROCESSABLE = 422;

    private static final PatchContext JSON = PatchContext.of(PatchType.JSON);

    private final KubernetesClient client;

    Besides(KubernetesClient client) {
        this.client = client;
    }

    /** Makes it, or makes one of ours be so; answers its uid. */
    String ensure(HasMetadata wanted) {
        try {
            return client.resource(wanted).create().getMetadata().getUid();
        } catch (KubernetesClientException failure) {
            if (failure.getCode() != Calls.CONFLICT) {
                throw failure;
            }
            return patched(wanted, content(wanted)).orElseThrow(() -> new Writes.Foreign(wanted));
        }
    }

    /** Its uid where there is one of ours; writes nothing new. */
    Optional<String> uid(HasMetadata wanted) {
        try {
            return patched(wanted, List.of());
        } catch (KubernetesClientException failure) {
            if (failure.getCode() == Calls.NOT_FOUND) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    /** Empty where it does not carry our labels. */
    private Optional<String> patched(HasMetadata wanted, List<Map<String, Object>> changes) {
        var steps = new ArrayList<Map<String, Object>>();
        new TreeMap<>(wanted.getMetadata().getLabels())
                .forEach((label, value) -> steps.add(
                        Map.of("op", "test", "path", "/metadata/labels/" + label.replace("/", "~1"), "value", value)));
        steps.addAll(changes);
        try {
            var patched = client.resource(wanted).patch(JSON, Serialization.asJson(steps));
            return Optional.of(patched.getMetadata().getUid());
        } catch (KubernetesClientException failure) {
            if (failure.getCode() == UNPROCESSABLE) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    private static List<Map<String, Object>> content(HasMetadata wanted) {
        return switch (wanted) {
            case Secret secret -> List.of(put("/data", encoded(secret.getStringData())));
            case PodDisruptionBudget budget -> List.of(put("/spec", budget.getSpec()));
            default -> throw new IllegalArgumentException(wanted.getKind());
        };
    }

    private static Map<String, Object> put(String path, Object value) {
        return Map.of("op", "add", "path", path, "value", value);
    }

    private static Map<String, String> encoded(Map<String, String> plain) {
        var encoded = new TreeMap<String, String>();
        plain.forEach((name, value) ->
                encoded.put(name, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
        return encoded;
    }
}
