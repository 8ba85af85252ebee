package dev.tidewright.cluster.kubernetes;

import dev.tidewright.TestInstallation;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import javax.net.SocketFactory;
import org.opentest4j.TestAbortedException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.unit.DataSize;

/**
 * A real cluster to test on: the one that {@code TIDEWRIGHT_TEST_KUBECONFIG} names, else {@link K3s} where Docker can pull it,
 * else the one of {@code make cluster-up}. Without any, tests on it are left out, and fail where {@code CI=true}. What is tested has no more rights there than the
 * chart gives.
 *
 * @param kubeconfig of who may do everything
 * @param account of whom the platform is
 * @param runtimeImage an image that its nodes have or can pull
 * @param cores of its largest node
 * @param ownHost what pods reach this machine by
 */
record TestKubernetes(Path kubeconfig, Path account, String runtimeImage, int cores, String ownHost) {

    private static final String IMAGE = "localhost/tidewright-runtime:dev";

    static TestKubernetes find() {
        return Found.ONE.orElseThrow(() -> {
            var none =
                    "THERE IS NO KUBERNETES TO TEST ON: `make cluster-up` starts one, or name the kubeconfig of another in"
                            + " TIDEWRIGHT_TEST_KUBECONFIG";
            System.err.println(none);
            return "true".equals(System.getenv("CI"))
                    ? new IllegalStateException(none)
                    : new TestAbortedException(none);
        });
    }

    /** Looked for once. */
    private static final class Found {

        static final Optional<TestKubernetes> ONE = named().map(kubeconfig -> on(kubeconfig, IMAGE))
                .or(() -> K3s.start().map(kubeconfig -> on(kubeconfig, K3s.RUNTIME)))
                .or(() -> own().map(kubeconfig -> on(kubeconfig, IMAGE)));

        private static Optional<Path> named() {
            return Optional.of(System.getenv().getOrDefault("TIDEWRIGHT_TEST_KUBECONFIG", ""))
                    .filter(name -> !name.isEmpty())
                    .map(Path::of);
        }

        private static Optional<Path> own() {
            var cache = System.getenv()
                    .getOrDefault(
                            "TIDEWRIGHT_CLUSTER_HOME", System.getProperty("user.home") + "/.cache/tidewright/cluster");
            return Optional.of(Path.of(cache, "run", "admin.kubeconfig")).filter(Files::isReadable);
        }

        private static TestKubernetes on(Path kubeconfig, String image) {
            var runtime = System.getenv().getOrDefault("TIDEWRIGHT_TEST_IMAGE", image);
            return new TestKubernetes(
                    kubeconfig, PlatformAccount.on(kubeconfig), runtime, cores(kubeconfig), address());
        }
    }

    /** The logs as a server of this name has them, in the database of this JVM. */
    static KeptLogs logs(String server) {
        return new KeptLogs(JdbcClient.create(TestInstallation.migrated()), server);
    }

    /** Who may do everything. */
    KubernetesClient client() {
        return Clients.of(settings(kubeconfig, runtimeImage, "test"));
    }

    /** Where the API server is. */
    URI server() {
        return URI.create(Config.fromKubeconfig(kubeconfig.toFile()).getMasterUrl());
    }

    /** For connections to the API server as its administrator. */
    SocketFactory sockets() {
        return Objects.requireNonNull(Clients.certificate(Config.fromKubeconfig(kubeconfig.toFile())))
                .createSslContext()
                .getSocketFactory();
    }

    /** By a way of its own to the API server, without TLS. */
    KubernetesSettings settings(String instance, String address) {
        return settings(kubeconfig(address), runtimeImage, instance);
    }

    /** Leads there, without TLS. */
    static Path kubeconfig(String address) {
        try {
            var other = Files.createTempFile("kubeconfig", ".yaml");
            Files.writeString(other, """
                    apiVersion: v1
                    kind: Config
                    clusters: [{name: other, cluster: {server: "%s"}}]
                    users: [{name: nobody, user: {}}]
                    contexts: [{name: other, context: {cluster: other, user: nobody}}]
                    current-context: other
                    """.formatted(address));
            other.toFile().deleteOnExit();
            return other;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Begins to; the next test of the same name waits for the end. */
    void remove(Name namespace) {
        try (var client = client()) {
            client.namespaces().withName(namespace.value()).delete();
        }
    }

    KubernetesSettings settings(String instance) {
        return settings(account, runtimeImage, instance);
    }

    static KubernetesSettings settings(Path kubeconfig, String image, String instance) {
        return new KubernetesSettings(
                kubeconfig.toString(),
                "",
                "",
                image,
                instance,
                65532,
                Duration.ofSeconds(10),
                DataSize.ofGigabytes(1),
                DataSize.ofGigabytes(2),
                List.of("0.0.0.0/0", "::/0"),
                Duration.ofMinutes(10),
                Map.of(),
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
