package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRuleBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeer;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPeerBuilder;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpec;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicySpecBuilder;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who may reach pods, and whom they may reach; everything else is refused. In: the platform's own pods, and the machine that
 * it is on; nodes, which ask whether replicas are well, come in anyway. Out: name servers, the platform, where packages are
 * told to be fetched from, and the public internet. Pure.
 */
final class Openings {

    /** Networks that are nobody's on the internet: other pods and services, machines beside, a cloud's metadata. */
    private static final List<String> PRIVATE =
            List.of("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16");

    private static final List<String> PRIVATE6 = List.of("fc00::/7", "fe80::/10");

    private static final String NAMESPACE = "kubernetes.io/metadata.name";

    /** {@code server.platform.svc}, {@code server.platform.svc.cluster.local}. */
    private static final Pattern SERVICE = Pattern.compile("[^.]+\\.([^.]+)\\.svc(?:\\..*)?");

    private static final Pattern ADDRESS = Pattern.compile("[0-9.]+|\\[?[0-9a-fA-F:]*:[0-9a-fA-F:.]*]?");

    private final KubernetesSettings settings;
    private final List<URI> places;

    /** @param told what programs are told by variables; addresses among it can be reached */
    Openings(KubernetesSettings settings, Collection<String> told) {
        this.settings = settings;
        this.places = Stream.concat(Stream.of(settings.api()), told.stream())
                .flatMap(text -> Stream.of(text.strip().split("[\\s,]+")))
                .flatMap(Openings::address)
                .distinct()
                .toList();
    }

    private static Stream<URI> address(String word) {
        try {
            var address = URI.create(word);
            return address.getHost() == null ? Stream.empty() : Stream.of(address);
        } catch (IllegalArgumentException other) {
            return Stream.empty();
        }
    }

    NetworkPolicySpec spec() {
        var spec = new NetworkPolicySpecBuilder()
                .withNewPodSelector()
                .endPodSelector()
                .withPolicyTypes("Ingress", "Egress")
                .withEgress(outwards());
        var from = inwards();
        if (!from.isEmpty()) {
            // A rule without anybody in it would let in everybody.
            spec.addNewIngress().withFrom(from).endIngress();
        }
        return spec.build();
    }

    private List<NetworkPolicyPeer> inwards() {
        return address(settings.api())
                .flatMap(api -> platform(api.getHost()).stream())
                .toList();
    }

    private List<NetworkPolicyPeer> platform(String host) {
        var service = SERVICE.matcher(host);
        if (service.matches()) {
            return List.of(pods(service.group(1)));
        }
        return ADDRESS.matcher(host).matches() ? List.of(block(single(host), List.of())) : List.of();
    }

    /** Only the API server gives a namespace this label, so a pod of elsewhere cannot pass itself off as ours. */
    private static NetworkPolicyPeer pods(String namespace) {
        return new NetworkPolicyPeerBuilder()
                .withNewNamespaceSelector()
                .addToMatchLabels(NAMESPACE, namespace)
                .endNamespaceSelector()
                .withNewPodSelector()
                .addToMatchLabels("app.kubernetes.io/name", Labels.PLATFORM)
                .addNewMatchExpression()
                .withKey("app.kubernetes.io/component")
                .withOperator("NotIn")
                .withValues("postgresql")
                .endMatchExpression()
                .endPodSelector()
                .build();
    }

    private static NetworkPolicyPeer all(String namespace) {
        return new NetworkPolicyPeerBuilder()
                .withNewNamespaceSelector()
                .addToMatchLabels(NAMESPACE, namespace)
                .endNamespaceSelector()
                .build();
    }

    private List<NetworkPolicyEgressRule> outwards() {
        var rules = new ArrayList<NetworkPolicyEgressRule>();
        rules.add(new NetworkPolicyEgressRuleBuilder()
                .withPorts(port("UDP", 53), port("TCP", 53))
                .build());
        places.forEach(place -> rules.add(towards(place)));
        var anywhere = settings.egress().stream().map(Openings::network).toList();
        if (!anywhere.isEmpty()) {
            rules.add(new NetworkPolicyEgressRuleBuilder().withTo(anywhere).build());
        }
        return rules;
    }

    /** Of a name nobody knows here what it stands for there, so its port is open; of a service's the namespace is known. */
    private NetworkPolicyEgressRule towards(URI place) {
        var service = SERVICE.matcher(place.getHost());
        if (service.matches()) {
            // Without a port: where it is judged it is the pod's, not the service's any more.
            var isOurs = settings.api().startsWith(place.toString());
            return new NetworkPolicyEgressRuleBuilder()
                    .withTo(isOurs ? pods(service.group(1)) : all(service.group(1)))
                    .build();
        }
        var rule = new NetworkPolicyEgressRuleBuilder().withPorts(port("TCP", port(place)));
        return ADDRESS.matcher(place.getHost()).matches()
                ? rule.withTo(block(single(place.getHost()), List.of())).build()
                : rule.build();
    }

    private static int port(URI place) {
        return place.getPort() > 0 ? place.getPort() : "http".equals(place.getScheme()) ? 80 : 443;
    }

    private static String single(String host) {
        return host.contains(":") ? host.replaceAll("[\\[\\]]", "") + "/128" : host + "/32";
    }

    /** The whole internet is less what is nobody's there. */
    private static NetworkPolicyPeer network(String block) {
        return block(block, !block.endsWith("/0") ? List.of() : block.contains(":") ? PRIVATE6 : PRIVATE);
    }

    private static NetworkPolicyPeer block(String block, List<String> except) {
        return new NetworkPolicyPeerBuilder()
                .withNewIpBlock()
                .withCidr(block)
                .withExcept(except)
                .endIpBlock()
                .build();
    }

    private static NetworkPolicyPort port(String protocol, int number) {
        var port = new NetworkPolicyPort();
        port.setProtocol(protocol);
        port.setPort(new IntOrString(number));
        return port;
    }
}
