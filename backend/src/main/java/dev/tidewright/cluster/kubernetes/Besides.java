package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
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
import org.jspecify.annotations.Nullable;

/**
 * What lies beside the object that runs a workload: its Secret, its disruption budget, its Service. Secrets may not be read, so one that
 * is there already is asked by a patch whether it carries our labels: only then is it changed, and only then is it ours to
 * delete.
 */
final class Besides {

    /** What the API server answers when a test of a patch fails, and to what cannot be. */
    private static final int UNPROCESSABLE = 422;

    private static final String UID = "/metadata/uid";

    private static final PatchContext JSON = PatchContext.of(PatchType.JSON);

    private final KubernetesClient client;

    Besides(KubernetesClient client) {
        this.client = client;
    }

    /**
     * Makes each, or makes one of ours be so. Answers annotations for the object that they lie beside: their uids, so that just
     * they are deleted with it.
     *
     * @param owner that object, if it is there: those that were made with it are ours also where others have taken their labels
     */
    Map<String, String> ensure(List<HasMetadata> wanted, @Nullable HasMetadata owner) {
        var uids = new TreeMap<String, String>();
        wanted.forEach(object -> uids.put(Labels.uidOf(object), ensure(object, noted(owner, object))));
        return uids;
    }

    /** The uid of the one that was made with what it lies beside; null where that does not say. */
    static @Nullable String noted(@Nullable HasMetadata owner, HasMetadata object) {
        var annotations = owner == null ? null : owner.getMetadata().getAnnotations();
        return annotations == null ? null : annotations.get(Labels.uidOf(object));
    }

    /** Whether it says of each that this very one lies beside it. */
    static boolean isNoted(HasMetadata owner, Map<String, String> uids) {
        var annotations = owner.getMetadata().getAnnotations();
        return annotations != null && annotations.entrySet().containsAll(uids.entrySet());
    }

    private String ensure(HasMetadata wanted, @Nullable String known) {
        try {
            return client.resource(wanted).create().getMetadata().getUid();
        } catch (KubernetesClientException failure) {
            if (failure.getCode() != Calls.CONFLICT) {
                throw failure;
            }
        }
        var uid = patched(wanted, marks(wanted), List.of())
                .or(() -> Optional.ofNullable(known).filter(ours -> isThere(wanted, ours)))
                .orElseThrow(() -> new Writes.Foreign(wanted));
        var steps = new ArrayList<>(content(wanted));
        steps.add(put("/metadata/labels", wanted.getMetadata().getLabels()));
        return patched(wanted, List.of(test(UID, uid)), steps).orElseGet(() -> another(wanted, uid));
    }

    private boolean isThere(HasMetadata wanted, String uid) {
        return patched(wanted, List.of(test(UID, uid)), List.of()).isPresent();
    }

    /** Some changes cannot be taken back: a Service that was given an address keeps it. */
    private String another(HasMetadata wanted, String uid) {
        Deletions.exactly(client, wanted, uid);
        return client.resource(wanted).create().getMetadata().getUid();
    }

    /** Its uid where there is one of ours; writes nothing new. */
    Optional<String> uid(HasMetadata wanted) {
        try {
            return patched(wanted, marks(wanted), List.of());
        } catch (KubernetesClientException failure) {
            if (failure.getCode() == Calls.NOT_FOUND) {
                return Optional.empty();
            }
            throw failure;
        }
    }

    /** Empty where what is tested is not so, or the change cannot be made. */
    private Optional<String> patched(
            HasMetadata wanted, List<Map<String, Object>> tests, List<Map<String, Object>> changes) {
        var steps = new ArrayList<>(tests);
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

    private static List<Map<String, Object>> marks(HasMetadata wanted) {
        return new TreeMap<>(wanted.getMetadata().getLabels())
                .entrySet().stream()
                        .map(label -> test("/metadata/labels/" + label.getKey().replace("/", "~1"), label.getValue()))
                        .toList();
    }

    private static List<Map<String, Object>> content(HasMetadata wanted) {
        return switch (wanted) {
            case Secret secret -> List.of(put("/data", encoded(secret.getStringData())));
            case PodDisruptionBudget budget -> List.of(put("/spec", budget.getSpec()));
            case Service service -> List.of(put("/spec", service.getSpec()));
            default -> throw new IllegalArgumentException(wanted.getKind());
        };
    }

    private static Map<String, Object> test(String path, Object value) {
        return Map.of("op", "test", "path", path, "value", value);
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
