package dev.tidewright.cluster.kubernetes;

import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.opentest4j.TestAbortedException;
import org.springframework.util.unit.DataSize;

/**
 * A real cluster to test on: the one that {@code TIDEWRIGHT_TEST_KUBECONFIG} names, else the one of {@code make cluster-up}.
 * Without any, tests on it are left out, and fail where {@code CI=true}.
 *
 * @param runtimeImage an image that its nodes have or can pull
 * @param cores of its largest node
 * @param ownHost what pods reach this machine by
 */
record TestKubernetes(Path kubeconfig, String runtimeImage, int cores, String ownHost) {

    static TestKubernetes find() {
        var named = System.getenv().getOrDefault("TIDEWRIGHT_TEST_KUBECONFIG", "");
        var cache = System.getenv()
                .getOrDefault(
                        "TIDEWRIGHT_CLUSTER_HOME", System.getProperty("user.home") + "/.cache/tidewright/cluster");
        var kubeconfig = named.isEmpty() ? Path.of(cache, "run", "admin.kubeconfig") : Path.of(named);
        if (!Files.isReadable(kubeconfig)) {
            var none =
                    "THERE IS NO KUBERNETES TO TEST ON: `make cluster-up` starts one, or name the kubeconfig of another in"
                            + " TIDEWRIGHT_TEST_KUBECONFIG";
            System.err.println(none);
            if ("true".equals(System.getenv("CI"))) {
                throw new IllegalStateException(none);
            }
            throw new TestAbortedException(none);
        }
        var image = System.getenv().getOrDefault("TIDEWRIGHT_TEST_IMAGE", "localhost/tidewright-runtime:dev");
        return new TestKubernetes(kubeconfig, image, cores(kubeconfig), address());
    }

    /** Who may do everything. */
    KubernetesClient client() {
        return Clients.of(settings("test"));
    }

    /** Begins to; the next test of the same name waits for the end. */
    void remove(Name namespace) {
        try (var client = client()) {
            client.namespaces().withName(namespace.value()).delete();
        }
    }

    KubernetesSettings settings(String instance) {
        return settings(kubeconfig, runtimeImage, instance);
    }

    private static KubernetesSettings settings(Path kubeconfig, String image, String instance) {
        return new KubernetesSettings(
                kubeconfig.toString(),
                "",
                image,
                instance,
                65532,
                Duration.ofSeconds(10),
                DataSize.ofGigabytes(1),
                Duration.ofMinutes(10),
                List.of());
    }

    private static int cores(Path kubeconfig) {
        try (var client = Clients.of(settings(kubeconfig, "", "test"))) {
            var capacity = Rooms.capacity(client.nodes().list().getItems(), List.of());
            return capacity.nodes().stream()
                    .mapToInt(node -> (int) (node.total().cpuMillis() / 1000))
                    .max()
                    .orElseThrow();
        }
    }

    /** The first that is neither loopback nor a bridge of the cluster's own. */
    private static String address() {
        try {
            return NetworkInterface.networkInterfaces()
                    .filter(one -> !one.getName().matches("lo|cni.*|veth.*|docker.*|br-.*"))
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(Inet4Address.class::isInstance)
                    .map(Inet4Address.class::cast)
                    .map(Inet4Address::getHostAddress)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("this machine has no address that pods could reach"));
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }
}
