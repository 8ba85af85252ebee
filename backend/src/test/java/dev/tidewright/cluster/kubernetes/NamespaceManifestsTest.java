package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.api.model.rbac.Subject;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NamespaceManifestsTest {

    private static final Name DEMO = new Name("demo");

    private final NamespaceManifests manifests = of("tidewright");

    @Test
    void theNamespaceIsOursAndRestricted() {
        var namespace = manifests.namespace(DEMO);
        assertThat(namespace.getMetadata().getName()).isEqualTo("demo");
        assertThat(namespace.getMetadata().getLabels())
                .containsAllEntriesOf(Map.of(
                        "pod-security.kubernetes.io/enforce", "restricted",
                        "pod-security.kubernetes.io/warn", "restricted",
                        "pod-security.kubernetes.io/audit", "restricted"));
        assertThat(new Labels("tidewright").isOurs(namespace)).isTrue();
        assertThat(new Labels("another").isOurs(namespace)).isFalse();
    }

    @Test
    void theQuotaIsTwiceTheLedgersAndCountsOnlyWhatIsLimited() {
        assertThat(quota(Resources.of("1.5", "4Gi", Map.of("nvidia.com/gpu", 2L)))
                        .getSpec()
                        .getHard())
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "requests.cpu", new Quantity("3"),
                        "requests.memory", new Quantity("8589934592"),
                        "requests.nvidia.com/gpu", new Quantity("4")));
        assertThat(quota(Resources.of("1", null, null)).getSpec().getHard()).containsOnlyKeys("requests.cpu");
        assertThat(quota(Resources.NONE).getSpec().getHard()).isEmpty();
    }

    @Test
    void podsThatSayNothingAreCountedWithALittle() {
        var limit =
                fence(LimitRange.class, Resources.NONE).getSpec().getLimits().getFirst();
        assertThat(limit.getType()).isEqualTo("Container");
        assertThat(limit.getDefaultRequest()).containsOnlyKeys("cpu", "memory");
        assertThat(limit.getDefault()).isEmpty();
    }

    @Test
    void allFencesAreOursInTheirNamespaceAndTheSameEveryTime() {
        var limits = Resources.of("1", "1Gi", Map.of("b.com/b", 1L, "a.com/a", 1L, "c.com/c", 1L));
        var fences = manifests.fences(DEMO, limits);
        assertThat(fences).hasSize(8).allSatisfy(fence -> {
            assertThat(fence.getMetadata().getNamespace()).isEqualTo("demo");
            assertThat(new Labels("tidewright").isOurs(fence)).isTrue();
        });
        assertThat(Serialization.asJson(manifests.fences(DEMO, limits))).isEqualTo(Serialization.asJson(fences));
        assertThat(Serialization.asJson(fence(LimitRange.class, limits))).containsSubsequence("\"cpu\"", "\"memory\"");
    }

    @Test
    void workRunsAsNobodyWithoutAToken() {
        var account = fence(ServiceAccount.class, Resources.NONE);
        assertThat(account.getMetadata().getName()).isEqualTo(NamespaceManifests.ACCOUNT);
        assertThat(account.getAutomountServiceAccountToken()).isFalse();
    }

    @Test
    void groupsReadAndOnlyThoseWhoMayWorkThereEndPods() {
        var fences = manifests.fences(DEMO, Resources.NONE);
        var roles = fences.stream()
                .filter(Role.class::isInstance)
                .map(Role.class::cast)
                .toList();
        assertThat(roles)
                .flatExtracting(Role::getRules)
                .flatExtracting(PolicyRule::getVerbs)
                .containsOnly("get", "list", "watch", "delete");
        assertThat(roles)
                .flatExtracting(Role::getRules)
                .flatExtracting(PolicyRule::getResources)
                .doesNotContain("secrets", "*");
        var bindings = fences.stream()
                .filter(RoleBinding.class::isInstance)
                .map(RoleBinding.class::cast)
                .toList();
        assertThat(bindings)
                .extracting(
                        binding -> binding.getRoleRef().getName(),
                        binding -> binding.getSubjects().stream()
                                .map(Subject::getName)
                                .toList())
                .containsExactly(
                        tuple(
                                "tidewright-reader",
                                List.of(
                                        "tidewright:demo:viewers",
                                        "tidewright:demo:editors",
                                        "tidewright:demo:deployers",
                                        "tidewright:demo:admins")),
                        tuple(
                                "tidewright-keeper",
                                List.of(
                                        "tidewright:demo:editors",
                                        "tidewright:demo:deployers",
                                        "tidewright:demo:admins")));
    }

    @Test
    void theMarkTellsWhetherExactlyThisWasMadeOfIt() {
        var before = manifests.all(DEMO, Resources.of("1", null, null));
        var after = manifests.all(DEMO, Resources.of("2", null, null));
        var marked = manifests.fenced(DEMO, before);
        assertThat(NamespaceManifests.isFenced(marked)).isTrue();
        assertThat(NamespaceManifests.isFenced(marked, before)).isTrue();
        assertThat(NamespaceManifests.isFenced(marked, after)).isFalse();
        assertThat(NamespaceManifests.isFenced(manifests.namespace(DEMO))).isFalse();
    }

    @Test
    void aNamespaceThatLostItsLabelsIsKnownByItsAnnotation() {
        var namespace = manifests.namespace(DEMO);
        namespace.getMetadata().setLabels(null);
        assertThat(manifests.isOurs(namespace)).isTrue();
        assertThat(of("another").isOurs(namespace)).isFalse();
    }

    private static NamespaceManifests of(String instance) {
        var settings = TestKubernetes.settings(Path.of(""), "", instance);
        return new NamespaceManifests(new Labels(instance), new Openings(settings, List.of()));
    }

    private ResourceQuota quota(Resources limits) {
        return fence(ResourceQuota.class, limits);
    }

    private <T extends HasMetadata> T fence(Class<T> kind, Resources limits) {
        return manifests.fences(DEMO, limits).stream()
                .filter(kind::isInstance)
                .map(kind::cast)
                .findFirst()
                .orElseThrow();
    }
}
