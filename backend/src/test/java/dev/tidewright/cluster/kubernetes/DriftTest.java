package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntryBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class DriftTest {

    private final NamespaceManifests manifests = new NamespaceManifests(
            new Labels("tidewright"), new Openings(TestKubernetes.settings(Path.of(""), "", "tidewright"), List.of()));
    private final List<HasMetadata> all = manifests.all(new Name("demo"), Resources.of("1", "1Gi", null));

    @Test
    void whatCameBackFromTheClusterWithMoreAroundItIsAsWanted() {
        for (var wanted : all) {
            var live = copy(wanted);
            live.getMetadata().setUid("1");
            live.getMetadata().getLabels().put("kubernetes.io/metadata.name", "demo");
            assertThat(Drift.isAs(live, wanted)).as(wanted.getKind()).isTrue();
        }
    }

    @Test
    void anOpenedPolicyIsADifferenceAlsoWhereOnlySomethingWasAdded() {
        var wanted = first(NetworkPolicy.class);
        var live = copy(wanted);
        live.getSpec().getPodSelector().setMatchLabels(Map.of("a", "b"));
        assertThat(Drift.isAs(live, wanted)).isFalse();
        assertThat(Drift.words(live, wanted))
                .isEqualTo("the NetworkPolicy tidewright had been changed and was put back");
    }

    @Test
    void whoChangedItIsNamedAsTheClusterKnowsHim() {
        var wanted = first(ResourceQuota.class);
        var live = copy(wanted);
        live.getMetadata()
                .setManagedFields(List.of(
                        entry("kubectl-edit", "2026-11-22T12:00:00Z", null),
                        entry("tidewright", "2026-11-22T12:02:00Z", null),
                        entry("kube-controller-manager", "2026-11-22T12:03:00Z", "status")));
        live.getSpec().setHard(Map.of());
        assertThat(Drift.words(live, wanted))
                .isEqualTo("the ResourceQuota tidewright had been changed with kubectl-edit and was put back");
    }

    @Test
    void aLabelIsToldWithItsValues() {
        var wanted = all.getFirst();
        var live = new NamespaceBuilder((io.fabric8.kubernetes.api.model.Namespace) copy(wanted))
                .editMetadata()
                .addToLabels("pod-security.kubernetes.io/enforce", "privileged")
                .endMetadata()
                .build();
        assertThat(Drift.words(live, wanted))
                .isEqualTo(
                        "the label pod-security.kubernetes.io/enforce of the namespace had been set to privileged and is"
                                + " restricted again");
        assertThat(Drift.words(null, wanted)).isEqualTo("the namespace had been deleted and was made again");
    }

    private static io.fabric8.kubernetes.api.model.ManagedFieldsEntry entry(
            String manager, String time, @org.jspecify.annotations.Nullable String subresource) {
        return new ManagedFieldsEntryBuilder()
                .withManager(manager)
                .withTime(time)
                .withSubresource(subresource)
                .build();
    }

    private <T extends HasMetadata> T first(Class<T> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast).findFirst().orElseThrow();
    }

    /** As it comes over the wire. */
    @SuppressWarnings("unchecked")
    private static <T extends HasMetadata> T copy(T object) {
        return (T) Serialization.unmarshal(Serialization.asJson(object), object.getClass());
    }
}
