package dev.tidewright.tenancy;

import static dev.tidewright.cluster.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.cluster.FakeCluster;
import dev.tidewright.kernel.Name;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the cluster says of a namespace, told to people. */
@IntegrationTest
class NamespaceReconcilerIT {

    @LocalServerPort
    private int port;

    @Autowired
    private Namespaces namespaces;

    @Autowired
    private NamespaceService service;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private NamespacePlaces places;

    private final FakeCluster cluster = new FakeCluster(InstantSource.system());
    private TestApi api;
    private Namespace namespace;
    private NamespaceReconciler reconciler;

    @BeforeEach
    void makeOne() {
        api = TestApi.admin(port);
        namespace = namespaces.require(Name.of(api.namespace("{\"cpu\":\"4\"}")));
        reconciler = new NamespaceReconciler(namespaces, service, places, cluster);
        eventually(
                "the loop has seen it",
                () -> jdbc.sql("SELECT count(*) FROM work_item WHERE id = :id AND kind = 'namespace' AND owner IS NULL"
                                + " AND due_at > now() + interval '1 minute'")
                        .param("id", namespace.id())
                        .query(Long.class)
                        .single()
                        .equals(1L));
    }

    @Test
    void aNamespaceOfOthersIsSaidUntilItIsOurs() {
        cluster.foreign.add(namespace.name());
        reconciler.reconcile(namespace.id());
        reconciler.reconcile(namespace.id());
        var told = api.get("/api/v1/namespaces/" + namespace.name()).json();
        assertThat(told.at("/status/fault/message").asString()).contains("somebody else's");
        assertThat(told.at("/status/fault/since").asString()).isNotBlank();
        assertThat(verbs()).containsExactly("refused", "created");

        cluster.foreign.clear();
        reconciler.reconcile(namespace.id());
        assertThat(api.get("/api/v1/namespaces/" + namespace.name())
                        .json()
                        .at("/status/fault")
                        .isMissingNode())
                .isTrue();
        assertThat(verbs()).containsExactly("provided", "refused", "created");
    }

    @Test
    void whatWasPutBackIsInTheHistory() {
        cluster.repairs.add("the NetworkPolicy tidewright had been deleted and was made again");
        reconciler.reconcile(namespace.id());
        reconciler.reconcile(namespace.id());
        assertThat(verbs()).containsExactly("repaired", "created");
    }

    @Test
    void whatLooksLikeOursAndIsNotIsSaidOnceAndForgottenWhenItIsGone() {
        cluster.aside.add("the Pod forged carries this platform's labels");
        reconciler.reconcile(namespace.id());
        reconciler.reconcile(namespace.id());
        assertThat(setAside()).contains("the Pod forged");
        assertThat(verbs()).containsExactly("set-aside", "created");
        cluster.aside.clear();
        reconciler.reconcile(namespace.id());
        assertThat(setAside()).isEqualTo("[]");
    }

    @Test
    void theHistoryCountsAsPeopleDo() {
        var one = namespaces.require(Name.of(api.namespace("{\"jobs\":1,\"endpoints\":1}")));
        assertThat(jdbc.sql("SELECT reason FROM history_entry WHERE object_id = :id AND verb = 'created'")
                        .param("id", one.id())
                        .query(String.class)
                        .single())
                .endsWith(" storage, 1 job, 1 endpoint");
    }

    private String setAside() {
        return api.get("/api/v1/namespaces/" + namespace.name())
                .json()
                .at("/status/setAside")
                .toString();
    }

    private java.util.List<@org.jspecify.annotations.Nullable String> verbs() {
        return jdbc.sql("SELECT verb FROM history_entry WHERE object_id = :id ORDER BY seq DESC")
                .param("id", namespace.id())
                .query(String.class)
                .list();
    }
}
