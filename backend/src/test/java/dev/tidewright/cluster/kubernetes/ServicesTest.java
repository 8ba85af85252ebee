package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.ServiceFluent;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServicesTest {

    private static final Map<String, String> SELECTOR = Map.of("tidewright.dev/workload", "digits-1");

    /** Of a condition that is not there the API says that it should be taken for ready. */
    @ParameterizedTest
    @CsvSource({"true, true", "false, false", ", true"})
    void aPodIsListedAsFarAsItIsReady(@Nullable Boolean ready, boolean listed) {
        var slice = new EndpointSliceBuilder()
                .addNewEndpoint()
                .withNewConditions()
                .withReady(ready)
                .endConditions()
                .withNewTargetRef()
                .withUid("its")
                .endTargetRef()
                .endEndpoint()
                .addNewEndpoint()
                .endEndpoint()
                .build();
        assertThat(Services.lists(slice, "its")).isEqualTo(listed);
        assertThat(Services.lists(slice, "another's")).isFalse();
    }

    @Test
    void anEmptySliceListsNobody() {
        var slice = new EndpointSliceBuilder().build();
        slice.setEndpoints(null);
        assertThat(Services.lists(slice, "its")).isFalse();
    }

    @Test
    void whateverLeadsElsewhereIsNotAsItWasMade() {
        assertThat(isAsMade(spec -> {})).isTrue();
        assertThat(isAsMade(spec -> spec.withSessionAffinity("ClientIP"))).isTrue();
        assertThat(isAsMade(spec -> spec.addToSelector("version", "2"))).isFalse();
        assertThat(isAsMade(spec -> spec.withSelector(Map.of()))).isFalse();
        assertThat(isAsMade(spec -> spec.withType("ExternalName"))).isFalse();
        assertThat(isAsMade(spec -> spec.withClusterIP("10.96.5.64"))).isFalse();
        assertThat(isAsMade(spec -> spec.withPublishNotReadyAddresses(true))).isFalse();
        assertThat(isAsMade(spec -> spec.withPorts())).isFalse();
        assertThat(isAsMade(spec -> spec.editFirstPort()
                        .withTargetPort(new IntOrString("other"))
                        .endPort()))
                .isFalse();
        assertThat(isAsMade(spec -> spec.addNewPort().withPort(9090).endPort())).isFalse();
    }

    private static boolean isAsMade(Consumer<ServiceFluent<ServiceBuilder>.SpecNested<ServiceBuilder>> change) {
        var spec = new ServiceBuilder()
                .withNewMetadata()
                .withName("revision-digits-1")
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP("None")
                .withSelector(SELECTOR)
                .addNewPort()
                .withPort(Manifests.PORT)
                .withTargetPort(new IntOrString(Manifests.PORT))
                .endPort();
        change.accept(spec);
        Service service = spec.endSpec().build();
        return Services.isAsMade(service, SELECTOR);
    }
}
