package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.CannotStart;
import dev.tidewright.kernel.Name;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class KubernetesSettingsTest {

    private static final String TWO = """
            apiVersion: v1
            kind: Config
            clusters: [{name: one, cluster: {server: "http://one:1"}}, {name: two, cluster: {server: "http://two:2"}}]
            users: [{name: nobody, user: {}}]
            contexts:
            - {name: first, context: {cluster: one, user: nobody}}
            - {name: second, context: {cluster: two, user: nobody}}
            current-context: first
            """;

    @TempDir
    private Path folder;

    /** As variables of the process. */
    private static KubernetesSettings settings(Map<String, Object> variables) {
        var all = new HashMap<>(variables);
        all.put("TIDEWRIGHT_KUBERNETES_INSTANCE", "mine");
        all.put("TIDEWRIGHT_KUBERNETES_RUNTIMEIMAGE", "runtime:1");
        var environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .forEach(source -> environment.getPropertySources().remove(source.getName()));
        environment.getPropertySources().addFirst(new SystemEnvironmentPropertySource("systemEnvironment", all));
        return new Binder(ConfigurationPropertySources.get(environment))
                .bindOrCreate("tidewright.kubernetes", KubernetesSettings.class);
    }

    @Test
    void clustersWithNamesComeFromVariablesAndHaveTheRestOfTheDefaultOne() {
        var named = settings(Map.of(
                        "TIDEWRIGHT_KUBERNETES_KUBECONFIG", "/all",
                        "TIDEWRIGHT_KUBERNETES_CLUSTERS_EAST_KUBECONFIG", "/east",
                        "TIDEWRIGHT_KUBERNETES_CLUSTERS_EAST_RUNTIMEIMAGE", "runtime:2",
                        "TIDEWRIGHT_KUBERNETES_CLUSTERS_EAST_API", "https://tide",
                        "TIDEWRIGHT_KUBERNETES_CLUSTERS_WEST_CONTEXT", "west"))
                .named();
        assertThat(named.keySet()).containsExactly(new Name("east"), new Name("west"));
        var east = of(named, "east");
        assertThat(east.kubeconfig()).isEqualTo("/east");
        assertThat(east.runtimeImage()).isEqualTo("runtime:2");
        assertThat(east.instance()).isEqualTo("mine");
        assertThat(east.api()).isEqualTo("https://tide");
        var west = of(named, "west");
        assertThat(west.kubeconfig()).isEqualTo("/all");
        assertThat(west.context()).isEqualTo("west");
        assertThat(west.runtimeImage()).isEqualTo("runtime:1");
    }

    @Test
    void withoutThemThereAreNone() {
        assertThat(settings(Map.of()).named()).isEmpty();
    }

    @Test
    void aNameThatIsNoneOrTakenIsAFailureOfTheStart() {
        for (var bad : new String[] {"default", "not_one"}) {
            var settings = new KubernetesSettings.Named("/kubeconfig", "", "", "", "");
            assertThatThrownBy(() -> with(Map.of(bad, settings)).named())
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContaining("\"" + bad + "\"");
        }
    }

    @Test
    void oneWithoutKubeconfigAndContextIsAFailureOfTheStart() {
        var nothing = new KubernetesSettings.Named("", "", "", "", "");
        assertThatThrownBy(() -> with(Map.of("east", nothing)).named())
                .isInstanceOfSatisfying(
                        CannotStart.class,
                        told -> assertThat(told.remedy()).contains("tidewright.kubernetes.clusters.east.kubeconfig"))
                .hasMessageContaining("the cluster east has neither a kubeconfig nor a context");
    }

    @Test
    void aKubeconfigThatIsNotThereOrNoneIsAFailureOfTheStart() throws IOException {
        assertThatThrownBy(() -> open(folder.resolve("missing"), ""))
                .isInstanceOf(CannotStart.class)
                .hasMessage("the kubeconfig " + folder.resolve("missing") + " cannot be read");
        var none = Files.writeString(folder.resolve("none"), "clusters: {a: [");
        assertThatThrownBy(() -> open(none, ""))
                .isInstanceOf(CannotStart.class)
                .hasMessage("the kubeconfig " + none + " is none");
    }

    @Test
    void aContextIsChosenAndOneThatIsUnknownIsAFailureOfTheStart() throws IOException {
        var two = Files.writeString(folder.resolve("two"), TWO);
        assertThat(open(two, "")).isEqualTo("http://one:1/");
        assertThat(open(two, "second")).isEqualTo("http://two:2/");
        assertThatThrownBy(() -> open(two, "third"))
                .isInstanceOf(CannotStart.class)
                .hasMessage("there is no context \"third\" in the kubeconfig " + two);
    }

    private static KubernetesSettings of(Map<Name, KubernetesSettings> named, String name) {
        return Objects.requireNonNull(named.get(new Name(name)));
    }

    private static String open(Path kubeconfig, String context) {
        var own = new KubernetesSettings.Named(kubeconfig.toString(), context, "", "", "");
        try (var client = Clients.of(of(with(Map.of("east", own)).named(), "east"))) {
            return client.getMasterUrl().toString();
        }
    }

    private static KubernetesSettings with(Map<String, KubernetesSettings.Named> clusters) {
        var base = settings(Map.of());
        return new KubernetesSettings(
                "",
                "",
                "",
                base.runtimeImage(),
                base.instance(),
                base.user(),
                base.requestTimeout(),
                base.cacheSize(),
                base.scratchSize(),
                base.egress(),
                base.imagePullDeadline(),
                clusters,
                base.passEnvironment());
    }
}
