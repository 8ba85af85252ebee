package dev.tidewright.cluster.kubernetes;

import static dev.tidewright.cluster.Eventually.eventually;
import static dev.tidewright.cluster.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.TestApi;
import dev.tidewright.TestInstallation;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.io.IOException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;
import tools.jackson.databind.JsonNode;

/**
 * The whole platform on this machine with two more clusters, east and west: the same real Kubernetes by two ways, told apart
 * by the name that objects carry. The way to west can be frozen.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.DEFINED_PORT)
@ContextConfiguration(initializers = NamedClustersIT.Installation.class)
@DirtiesContext
class NamedClustersIT {

    private static final String DATABASE = "named_clusters";
    private static final Duration START = Duration.ofSeconds(90);

    @LocalServerPort
    private int port;

    private TestApi api = new TestApi(0, "");
    private String east = "";
    private String west = "";
    private static int made;

    static final class Installation extends TestInstallation {

        static final TestKubernetes KUBERNETES = TestKubernetes.find();
        static final CuttingProxy WAY_TO_WEST =
                new CuttingProxy(KUBERNETES.sockets(), KUBERNETES.server(), request -> false);

        @Override
        public void initialize(ConfigurableApplicationContext context) {
            super.initialize(context);
            try (var connection = DriverManager.getConnection(databaseUrl());
                    var statement = connection.createStatement()) {
                statement.execute("CREATE DATABASE " + DATABASE);
            } catch (SQLException refused) {
                throw new IllegalStateException(refused);
            }
            var own = freePort();
            var clusters = "tidewright.kubernetes.clusters.";
            var process = ProcessHandle.current().pid();
            TestPropertyValues.of(
                            "spring.datasource.url=" + databaseUrl().replace("/postgres?", "/" + DATABASE + "?"),
                            "tidewright.home=" + home().resolve(DATABASE),
                            "server.port=" + own,
                            "server.address=0.0.0.0",
                            clusters + "east.api=http://" + KUBERNETES.ownHost() + ":" + own,
                            clusters + "west.api=http://" + KUBERNETES.ownHost() + ":" + own,
                            "tidewright.kubernetes.runtime-image=" + KUBERNETES.runtimeImage(),
                            clusters + "east.kubeconfig=" + KUBERNETES.account(),
                            clusters + "east.instance=east-" + process,
                            clusters + "west.kubeconfig=" + TestKubernetes.kubeconfig(WAY_TO_WEST.address()),
                            clusters + "west.instance=west-" + process)
                    .applyTo(context);
        }
    }

    @BeforeEach
    void makeNamespaces() {
        api = TestApi.admin(port);
        east = make("east");
        west = make("west");
    }

    @AfterEach
    void leaveNothing() throws IOException {
        Installation.WAY_TO_WEST.thaw();
        for (var namespace : List.of(east, west)) {
            // Through the platform: it makes again what only the cluster forgets.
            api.delete("/api/v1/namespaces/" + namespace, "If-Match", "*");
            Installation.KUBERNETES.remove(new Name(namespace));
        }
    }

    private String make(String cluster) {
        var name = "named-" + cluster + "-" + ++made + "-"
                + ProcessHandle.current().pid();
        var answer = api.post(
                "/api/v1/namespaces",
                "{\"name\":\"" + name + "\",\"cluster\":\"" + cluster + "\",\"limits\":{\"cpu\":\"4\"}}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        return name;
    }

    @Test
    void aClusterThatDoesNotAnswerBlindsAndHoldsUpNoOther() {
        submit(west, "long", "sleep 15; echo west was here");
        submit(east, "long", "sleep 15");
        await(west, "long", "RUNNING");
        await(east, "long", "RUNNING");
        assertThat(ours("west")).isEqualTo(west);
        assertThat(ours("east")).isEqualTo(east);
        refusesNamesOfOthers();

        Installation.WAY_TO_WEST.freeze();
        for (var more = 0; more < 20; more++) {
            submit(west, "more-" + more, "true");
        }
        submit(east, "quick", "true");
        await(east, "quick", "SUCCEEDED");
        var unknown = within(
                Duration.ofSeconds(20),
                "west is unknown",
                () -> status(west, "long"),
                status -> !status.path("unknownSince").isMissingNode());
        assertThat(unknown.path("phase").asString()).isEqualTo("RUNNING");
        assertThat(unknown.path("unknownReason").asString()).startsWith("cluster west: ");
        // A call that timed out tells the job at once; the cluster is silent once its watches say so too.
        within(Duration.ofSeconds(20), "west is silent", () -> silence("west"), silence -> silence.hasNonNull("since"));
        assertThat(silence("east").isNull()).isTrue();
        assertThat(silence("default").isNull()).isTrue();
        assertThat(api.get("/api/v1/namespaces/" + west)
                        .json()
                        .at("/status/silence/message")
                        .asString())
                .contains("has not answered since");
        assertThat(api.get(job(west, "long") + "/logs").status()).isEqualTo(200);
        assertThat(api.get("/api/v1/namespaces/" + west + "/jobs").status()).isEqualTo(200);
        await(east, "long", "SUCCEEDED");
        assertThat(status(east, "long").path("unknownSince").isMissingNode()).isTrue();

        Installation.WAY_TO_WEST.thaw();
        await(west, "long", "SUCCEEDED");
        assertThat(status(west, "long").path("unknownSince").isMissingNode()).isTrue();
        assertThat(status(west, "long").path("attempts").size()).isEqualTo(1);
        eventually(
                "its log is whole",
                () -> api.get(job(west, "long") + "/logs").text().contains("west was here"));
        for (var more = 0; more < 20; more++) {
            await(west, "more-" + more, "SUCCEEDED");
        }
        assertThat(silence("west").isNull()).isTrue();
    }

    /** {@code kubectl delete namespace}; something in it keeps it from being gone at once. */
    @Test
    void aNamespaceThatSomebodyDeletesIsToldAndComesBackByItselfWithWhatRanInIt() {
        submit(east, "survivor", "sleep 12");
        await(east, "survivor", "RUNNING");
        try (var client = Installation.KUBERNETES.client()) {
            var holding = client.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withName("holding")
                            .withNamespace(east)
                            .withFinalizers("tidewright.dev/test")
                            .endMetadata()
                            .build())
                    .create();
            client.namespaces().withName(east).delete();
            try {
                var fault = within(
                        START,
                        "the namespace says so",
                        () -> api.get("/api/v1/namespaces/" + east).json().at("/status/fault/message"),
                        message -> message.asString("").contains("has had the cluster delete the namespace " + east));
                assertThat(fault.asString()).startsWith("cluster east: ").contains("it is made again");
                within(
                        START,
                        "the job says so",
                        () -> api.get(job(east, "survivor") + "/diagnosis").json(),
                        findings -> findings.toString().contains("NAMESPACE_GOING"));
                submit(east, "later", "true");
                within(
                        START,
                        "one that comes now says so too",
                        () -> status(east, "later").path("unknownReason"),
                        why -> why.asString("").contains("has had the cluster delete"));
            } finally {
                client.resource(holding)
                        .edit(map -> new ConfigMapBuilder(map)
                                .editMetadata()
                                .withFinalizers()
                                .endMetadata()
                                .build());
            }
        }
        await(east, "later", "SUCCEEDED");
        await(east, "survivor", "SUCCEEDED");
        assertThat(status(east, "survivor").path("attempts").size()).isEqualTo(2);
        assertThat(api.get("/api/v1/namespaces/" + east)
                        .json()
                        .at("/status/fault")
                        .isMissingNode())
                .isTrue();
    }

    /** A namespace of somebody else's is told when one of its name is to be made. */
    private void refusesNamesOfOthers() {
        var name = "theirs-" + ProcessHandle.current().pid();
        try (var client = Installation.KUBERNETES.client()) {
            client.resource(new NamespaceBuilder()
                            .withNewMetadata()
                            .withName(name)
                            .endMetadata()
                            .build())
                    .create();
            var refused = api.post("/api/v1/namespaces", "{\"name\":\"" + name + "\",\"cluster\":\"east\"}");
            client.namespaces().withName(name).delete();
            assertThat(refused.status()).as(refused.toString()).isEqualTo(409);
            assertThat(refused.code()).isEqualTo("name-taken");
            assertThat(refused.text()).contains("not this platform's");
            assertThat(api.get("/api/v1/namespaces/" + name).status()).isEqualTo(404);
        }
    }

    /** The one namespace of the cluster's that carries this platform's name there. */
    private static String ours(String cluster) {
        var instance = cluster + "-" + ProcessHandle.current().pid();
        try (var client = Installation.KUBERNETES.client()) {
            var found = client.namespaces()
                    .withLabel(Labels.INSTANCE, instance)
                    .list()
                    .getItems();
            // Those of tests before may still be going.
            var names = found.stream()
                    .filter(one -> one.getMetadata().getDeletionTimestamp() == null)
                    .map(one -> one.getMetadata().getName())
                    .toList();
            assertThat(names).hasSize(1);
            return names.getFirst();
        }
    }

    private JsonNode silence(String cluster) {
        for (var one : api.get("/api/v1/clusters").json().path("items")) {
            if (one.path("name").asString().equals(cluster)) {
                return one.path("silence");
            }
        }
        throw new AssertionError("there is no cluster " + cluster);
    }

    private void submit(String namespace, String name, String script) {
        var submitted = api.post("/api/v1/namespaces/" + namespace + "/jobs", """
                {"name": "%s", "command": ["sh", "-c", "%s"], "resources": {"cpu": "50m", "memory": "64Mi"}}
                """.formatted(name, script));
        assertThat(submitted.status()).as(submitted.toString()).isEqualTo(201);
    }

    private void await(String namespace, String name, String phase) {
        within(
                START,
                namespace + "/" + name + " is " + phase,
                () -> status(namespace, name),
                status -> status.path("phase").asString().equals(phase));
    }

    private JsonNode status(String namespace, String name) {
        return api.get(job(namespace, name)).json().path("status");
    }

    private static String job(String namespace, String name) {
        return "/api/v1/namespaces/" + namespace + "/jobs/" + name;
    }
}
