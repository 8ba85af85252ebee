package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The policy as it is written; that networks keep to it is theirs to show. */
class OpeningsTest {

    private static final String SERVICE = "http://tidewright-server.platform.svc:8080";

    @Test
    void nothingIsOpenInEitherDirectionThatIsNotNamed() {
        var spec = spec("");
        assertThat(spec.getPolicyTypes()).containsExactly("Ingress", "Egress");
        assertThat(spec.getPodSelector().getMatchLabels()).isEmpty();
        assertThat(spec.getIngress()).isEmpty();
        assertThat(spec.getEgress()).hasSize(2);
    }

    @Test
    void onlyThePlatformsOwnPodsComeInNotAnyThatCarryItsName() {
        assertThat(spec(SERVICE).getIngress())
                .singleElement()
                .satisfies(rule -> assertThat(rule.getFrom()).singleElement().satisfies(OpeningsTest::isThePlatform));
    }

    @Test
    void aPlatformBesideTheClusterComesInByItsAddress() {
        assertThat(spec("http://10.1.2.3:8080").getIngress())
                .singleElement()
                .satisfies(rule -> assertThat(rule.getFrom())
                        .extracting(from -> from.getIpBlock().getCidr())
                        .containsExactly("10.1.2.3/32"));
        assertThat(spec("https://models.example.org").getIngress()).isEmpty();
    }

    @Test
    void namesAreLookedUp() {
        assertThat(ports(spec("").getEgress().getFirst())).containsExactly("UDP 53", "TCP 53");
        assertThat(spec("").getEgress().getFirst().getTo()).isEmpty();
    }

    @Test
    void thePlatformsServiceIsReachedAtItsPods() {
        var rule = spec(SERVICE).getEgress().get(1);
        assertThat(rule.getPorts()).as("the service's port is not the pod's").isEmpty();
        assertThat(rule.getTo()).singleElement().satisfies(OpeningsTest::isThePlatform);
    }

    @ParameterizedTest
    @CsvSource({
        "http://10.1.2.3:8080, 10.1.2.3/32, TCP 8080",
        "http://10.1.2.3, 10.1.2.3/32, TCP 80",
        "http://[fd00::7]:8080, fd00::7/128, TCP 8080",
        "https://tidewright.example.org, , TCP 443",
        "https://tidewright.example.org:8443, , TCP 8443"
    })
    void theApiIsReachedAtItsAddressAndPort(String api, String block, String port) {
        var rule = spec(api).getEgress().get(1);
        assertThat(ports(rule)).containsExactly(port);
        assertThat(rule.getTo())
                .extracting(to -> to.getIpBlock().getCidr())
                .containsExactlyElementsOf(block == null ? List.of() : List.of(block));
    }

    @Test
    void theInternetIsOpenAndPrivateNetworksOnlyAsNamed() {
        var blocks = spec("").getEgress().getLast().getTo();
        assertThat(blocks)
                .extracting(to -> to.getIpBlock().getCidr())
                .containsExactly("0.0.0.0/0", "::/0", "10.20.0.0/16");
        assertThat(blocks.getFirst().getIpBlock().getExcept())
                .contains("10.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16");
        assertThat(blocks.get(1).getIpBlock().getExcept()).contains("fc00::/7", "fe80::/10");
        assertThat(blocks.getLast().getIpBlock().getExcept()).isEmpty();
    }

    @Test
    void registriesThatProgramsAreToldOfAreReachedAndWhatIsNoAddressOpensNothing() {
        var told = List.of(
                "http://user:secret@10.9.8.7:3141/simple",
                "http://devpi.tools.svc.cluster.local:3141/simple",
                "10.9.8.7",
                "");
        var spec = new Openings(settings(""), told).spec();
        assertThat(spec.getEgress()).hasSize(4);
        assertThat(spec.getEgress().get(1).getTo().getFirst().getIpBlock().getCidr())
                .isEqualTo("10.9.8.7/32");
        assertThat(spec.getEgress()
                        .get(2)
                        .getTo()
                        .getFirst()
                        .getNamespaceSelector()
                        .getMatchLabels())
                .containsEntry("kubernetes.io/metadata.name", "tools");
        assertThat(spec.getEgress().get(2).getTo().getFirst().getPodSelector()).isNull();
        assertThat(Serialization.asJson(spec)).doesNotContain("secret");
    }

    private static void isThePlatform(NetworkPolicyPeer peer) {
        assertThat(peer.getNamespaceSelector().getMatchLabels())
                .containsOnlyKeys("kubernetes.io/metadata.name")
                .containsValue("platform");
        assertThat(peer.getPodSelector().getMatchLabels()).containsEntry("app.kubernetes.io/name", "tidewright");
        assertThat(peer.getPodSelector().getMatchExpressions())
                .singleElement()
                .satisfies(databases -> assertThat(databases.getOperator()).isEqualTo("NotIn"));
    }

    private static List<String> ports(NetworkPolicyEgressRule rule) {
        return rule.getPorts().stream()
                .map(port -> port.getProtocol() + " " + port.getPort().getIntVal())
                .toList();
    }

    private static NetworkPolicySpec spec(String api) {
        return new Openings(settings(api), List.of()).spec();
    }

    private static KubernetesSettings settings(String api) {
        var base = TestKubernetes.settings(Path.of(""), "", "test").reachedAt(api);
        return new KubernetesSettings(
                base.kubeconfig(),
                base.context(),
                base.api(),
                base.runtimeImage(),
                base.instance(),
                base.user(),
                base.requestTimeout(),
                base.cacheSize(),
                base.scratchSize(),
                List.of("0.0.0.0/0", "::/0", "10.20.0.0/16"),
                base.imagePullDeadline(),
                base.clusters(),
                base.passEnvironment());
    }
}
