package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;

/** The account that the chart gives the platform, with the chart's own rules: what a test needs beyond them fails. */
final class PlatformAccount {

    private static final Path RULES = Path.of("..", "helm", "tidewright", "files", "rules.yaml");
    private static final String NAMESPACE = "tidewright-test-account";

    private PlatformAccount() {}

    /** A kubeconfig with its token; gone with this JVM. */
    static Path on(Path admin) {
        return with(rules(), admin);
    }

    static String rules() {
        try {
            return Files.readString(RULES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Other working copies may test other rules on the same cluster at the same time. */
    static String name(String rules) {
        return "tidewright-test-" + Labels.digest(rules).substring(0, 10);
    }

    /** The same with other rules. */
    static Path with(String rules, Path admin) {
        try (var client = Clients.of(TestKubernetes.settings(admin, "", "test"))) {
            var name = name(rules);
            apply(
                    client,
                    new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(NAMESPACE)
                            .endMetadata()
                            .build());
            apply(
                    client,
                    new ServiceAccountBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .withNamespace(NAMESPACE)
                            .endMetadata()
                            .build());
            apply(client, role(name, rules));
            apply(
                    client,
                    new ClusterRoleBindingBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", name)
                            .addNewSubject("", "ServiceAccount", name, NAMESPACE)
                            .build());
            return kubeconfig(Config.fromKubeconfig(admin.toFile()), token(client, name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ClusterRole role(String name, String rules) {
        var head =
                "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: " + name + "}\nrules:\n";
        return Serialization.unmarshal(head + rules, ClusterRole.class);
    }

    private static void apply(KubernetesClient client, HasMetadata object) {
        client.resource(object).patch(Writes.APPLY);
    }

    private static String token(KubernetesClient client, String name) {
        var request = new TokenRequestBuilder()
                .withNewSpec()
                .withExpirationSeconds(Duration.ofHours(6).toSeconds())
                .endSpec()
                .build();
        return client.serviceAccounts()
                .inNamespace(NAMESPACE)
                .withName(name)
                .tokenRequest(request)
                .getStatus()
                .getToken();
    }

    private static Path kubeconfig(Config admin, String token) throws IOException {
        var authority = admin.getCaCertData() != null
                ? admin.getCaCertData()
                : Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of(admin.getCaCertFile())));
        var file = Files.createTempFile("platform", ".kubeconfig");
        file.toFile().deleteOnExit();
        return Files.writeString(file, """
                apiVersion: v1
                kind: Config
                clusters: [{name: it, cluster: {server: "%s", certificate-authority-data: "%s"}}]
                users: [{name: platform, user: {token: "%s"}}]
                contexts: [{name: it, context: {cluster: it, user: platform}}]
                current-context: it
                """.formatted(admin.getMasterUrl(), authority, token));
    }
}
