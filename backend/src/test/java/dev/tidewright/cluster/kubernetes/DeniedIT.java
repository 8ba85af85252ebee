package dev.tidewright.cluster.kubernetes;

import static dev.tidewright.cluster.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.Silence;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An account that lacks one of the rights that the platform needs, as after an upgrade of the platform alone. */
class DeniedIT {

    private static final WorkloadId ANY = new WorkloadId(new Name("denied-it"), "revision", "any");

    @Test
    void aRightThatIsMissingIsNamedUntilItIsGiven() {
        var kubernetes = TestKubernetes.find();
        var rules = PlatformAccount.rules();
        var fewer = rules.replace("resources: [endpointslices]", "resources: [nothing-" + ANY.namespace() + "]");
        assertThat(fewer).isNotEqualTo(rules);
        var account = PlatformAccount.with(fewer, kubernetes.kubeconfig());
        try (var client = kubernetes.client();
                var cluster = KubernetesConfiguration.open(
                        TestKubernetes.logs("denied"),
                        TestKubernetes.settings(account, kubernetes.runtimeImage(), "denied-it"),
                        InstantSource.system(),
                        List::of)) {
            var silence = eventually(
                            "it is told",
                            cluster::silence,
                            one -> one.map(Silence::message)
                                    .filter(text -> text.contains("does not let the platform watch"))
                                    .isPresent())
                    .orElseThrow();
            assertThat(silence.message()).contains("endpointslices", "forbidden", "helm/tidewright/files/rules.yaml");
            assertThat(silence.since()).isNotNull();
            assertThatThrownBy(() -> cluster.observe(ANY))
                    .isInstanceOf(ClusterUnavailable.class)
                    .hasMessageContaining("endpointslices");
            grant(client, PlatformAccount.name(fewer), rules);
            eventually("it goes on by itself", cluster::silence, Optional::isEmpty);
        }
    }

    private static void grant(KubernetesClient client, String account, String rules) {
        client.resource(PlatformAccount.role(account, rules)).patch(Writes.APPLY);
    }
}
