package dev.tidewright.tenancy;

import static dev.tidewright.cluster.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.kernel.Name;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which cluster a namespace is in, where only the default one is configured. */
@IntegrationTest
class NamespaceClustersIT {

    private static final String JOB =
            "{\"name\":\"one\",\"command\":[\"true\"],\"resources\":{\"cpu\":\"100m\",\"memory\":\"64Mi\"}}";

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private NamespacePlaces places;

    private TestApi api = new TestApi(0, "");

    @BeforeEach
    void signIn() {
        api = TestApi.admin(port);
    }

    @Test
    void aNamespaceIsInTheDefaultClusterUnlessAnotherThatThereIsWasChosen() {
        var ns = "/api/v1/namespaces/" + api.namespace();
        assertThat(api.get(ns).json().at("/spec/cluster").asString()).isEqualTo("default");
        assertThat(api.get(ns).json().at("/status/silence").isMissingNode()).isTrue();
        var unknown = api.post("/api/v1/namespaces", "{\"name\":\"nowhere\",\"cluster\":\"east\"}");
        assertThat(unknown.status()).isBetween(400, 499);
        assertThat(unknown.text()).contains("there is no cluster \\\"east\\\": there is only \\\"default\\\"");
        var moved =
                api.patch(ns, "{\"cluster\":\"east\"}", "If-Match", api.get(ns).etag());
        assertThat(moved.status()).isBetween(400, 499);
        assertThat(moved.code()).isEqualTo("cluster-fixed");
        var same = api.patch(
                ns, "{\"cluster\":\"default\"}", "If-Match", api.get(ns).etag());
        assertThat(same.status()).isEqualTo(200);
        var clusters = api.get("/api/v1/clusters").json().path("items");
        assertThat(clusters.size()).isEqualTo(1);
        assertThat(clusters.at("/0/name").asString()).isEqualTo("default");
        assertThat(api.member(ns.substring(ns.lastIndexOf('/') + 1), "ADMIN")
                        .get("/api/v1/clusters")
                        .status())
                .isEqualTo(403);
    }

    @Test
    void whatIsInAClusterThatIsNotConfiguredAnyMoreIsUnknownAndNotFailed() {
        var name = api.namespace();
        var ns = "/api/v1/namespaces/" + name;
        jdbc.sql("UPDATE namespace SET cluster = 'gone' WHERE name = :name")
                .param("name", name)
                .update();
        places.forget(Name.of(name));
        // Whoever read it just before may still write down where it was, for as long as such a note counts.
        await().during(Duration.ofMillis(2500))
                .atMost(Duration.ofSeconds(20))
                .until(() -> places.clusterOf(Name.of(name)).value().equals("gone"));
        assertThat(api.get(ns).json().at("/status/silence/message").asString())
                .isEqualTo("the cluster gone is not configured");
        assertThat(api.post(ns + "/jobs", JOB).status()).isEqualTo(201);
        var status = eventually(
                "it is unknown",
                () -> api.get(ns + "/jobs/one").json().path("status"),
                seen -> !seen.path("unknownSince").isMissingNode());
        assertThat(status.path("unknownReason").asString()).isEqualTo("the cluster gone is not configured");
        assertThat(status.path("phase").asString()).isEqualTo("STARTING");
        assertThat(api.get(ns + "/jobs/one/diagnosis").text())
                .contains("CLUSTER_UNREACHABLE", "the cluster gone is not configured, so nothing is known");
        assertThat(api.get(ns + "/jobs").status()).isEqualTo(200);

        var other = "/api/v1/namespaces/" + api.namespace();
        assertThat(api.post(other + "/jobs", JOB).status()).isEqualTo(201);
        eventually(
                "others go on",
                () -> api.get(other + "/jobs/one")
                        .json()
                        .at("/status/phase")
                        .asString()
                        .equals("SUCCEEDED"));

        jdbc.sql("UPDATE namespace SET cluster = 'default' WHERE name = :name")
                .param("name", name)
                .update();
        eventually(
                "it goes on where it is",
                () -> api.get(ns + "/jobs/one")
                        .json()
                        .at("/status/phase")
                        .asString()
                        .equals("SUCCEEDED"));
    }

    @Test
    void aNameIsGivenInAnotherClusterOnlyOnceItIsGoneFromTheFirst() {
        var name = api.namespace();
        jdbc.sql("UPDATE namespace SET cluster = 'gone' WHERE name = :name")
                .param("name", name)
                .update();
        assertThat(api.delete(
                                "/api/v1/namespaces/" + name,
                                "If-Match",
                                api.get("/api/v1/namespaces/" + name).etag())
                        .status())
                .isEqualTo(204);
        var early = api.post("/api/v1/namespaces", "{\"name\":\"" + name + "\"}");
        assertThat(early.code()).as(early.toString()).isEqualTo("still-being-removed");
        assertThat(early.status()).isEqualTo(409);
    }
}
