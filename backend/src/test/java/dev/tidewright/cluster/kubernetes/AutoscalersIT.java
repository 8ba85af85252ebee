package dev.tidewright.cluster.kubernetes;

import static dev.tidewright.cluster.Eventually.eventually;
import static dev.tidewright.cluster.Eventually.within;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import dev.tidewright.cluster.Autoscaler;
import dev.tidewright.cluster.AutoscalerStatus;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Readiness;
import dev.tidewright.cluster.ScalingBehavior;
import dev.tidewright.cluster.ScalingMetric;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The cluster's own autoscaler, on a real Kubernetes with metrics-server and without any adapter of custom metrics. */
class AutoscalersIT {

    private static final Name NAMESPACE = new Name("autoscalers");
    private static final Duration SLOW = Duration.ofMinutes(3);

    /** Answers its readiness check, and works for as long as it is told to: there is nothing else to scale by. */
    private static final String PROGRAM = """
            import http.server, os, threading
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    self.send_response(200)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                def log_message(self, *args):
                    pass
            def work():
                while os.environ["WORKS"] == "1":
                    pass
            threading.Thread(target=work, daemon=True).start()
            http.server.HTTPServer((os.environ["TIDEWRIGHT_BIND"], int(os.environ["PORT"])), Handler).serve_forever()
            """;

    private static TestKubernetes kubernetes;
    private static KubernetesClient client;
    private static KubernetesCluster cluster;

    @BeforeAll
    static void open() {
        kubernetes = TestKubernetes.find();
        client = kubernetes.client();
        cluster = KubernetesConfiguration.open(
                TestKubernetes.logs("autoscalers"),
                kubernetes.settings("autoscalers"),
                InstantSource.system(),
                List::of);
        eventually("the namespace is there", () -> {
            try {
                cluster.capacity(NAMESPACE);
                cluster.provision(NAMESPACE, Resources.of("10", "8Gi", null));
                return true;
            } catch (ClusterUnavailable notYet) {
                return false;
            }
        });
    }

    @AfterAll
    static void close() {
        if (cluster != null) {
            cluster.close();
            kubernetes.remove(NAMESPACE);
            client.close();
        }
    }

    @Test
    void theClusterDecidesTheNumberUntilItIsToldNotToAndTheNumberStays() {
        var id = service("busy", "1", 1);
        cluster.autoscale(id, cpu(1, 3, 20));
        var grown = within(
                SLOW,
                "three replicas",
                () -> cluster.observe(id).autoscaler(),
                status -> status != null && status.replicas() == 3 && status.lastScaled() != null);
        assertThat(grown.applied()).isEqualTo(cpu(1, 3, 20));
        assertThat(grown.sentence()).startsWith("cpu ").contains("the target is 20 %");
        assertThat(grown.readings()).singleElement().satisfies(reading -> {
            assertThat(reading.metric()).isEqualTo("cpu");
            assertThat(reading.current()).isGreaterThan(20);
        });
        assertThat(grown.lastScaled()).isNotNull();

        cluster.autoscale(id, null);
        assertThat(autoscaler("busy").get()).isNull();
        eventually("seen to be gone", () -> cluster.observe(id).autoscaler() == null);
        assertThat(replicas("busy")).isEqualTo(3);
        cluster.autoscale(id, null);
        cluster.delete(id);
    }

    @Test
    void aMetricThatNobodyServesIsToldBeforeAndAfterWithWhatIsMissing() {
        var id = service("blind", "0", 2);
        var requests = new Autoscaler(
                1,
                20,
                List.of(
                        ScalingMetric.pods("inference_requests_per_second", "50"),
                        new ScalingMetric(
                                "External",
                                null,
                                null,
                                null,
                                new ScalingMetric.External(
                                        new ScalingMetric.Identifier("queue_length", null),
                                        new ScalingMetric.Target("Value", null, null, "30")))),
                ScalingBehavior.calm(null, 60));
        assertThat(cluster.unreadable(id, requests))
                .satisfiesExactly(
                        one -> assertThat(one)
                                .startsWith("inference_requests_per_second cannot be read now")
                                .contains("custom.metrics.k8s.io")
                                .contains("targetRequestsPerSecond"),
                        one -> assertThat(one)
                                .startsWith("queue_length cannot be read now")
                                .contains("external.metrics.k8s.io"));
        assertThat(cluster.unreadable(id, cpu(1, 10, 70))).isEmpty();

        cluster.autoscale(id, requests);
        var told = within(
                SLOW,
                "it says that it cannot",
                () -> cluster.observe(id).autoscaler(),
                status -> status != null && !status.working());
        assertThat(told.sentence()).contains("nothing serves custom metrics").contains("targetRequestsPerSecond");
        assertThat(told.replicas()).isEqualTo(2);
        assertThat(told.readings()).hasSize(2).allMatch(reading -> reading.current() == null);
        cluster.delete(id);
        eventually("it goes with its Deployment", () -> autoscaler("blind").get() == null);
    }

    @Test
    void whatSomebodyChangesIsSeenAndTakenBack() {
        var id = service("changed", "0", 1);
        var asked = cpu(1, 5, 70);
        cluster.autoscale(id, asked);
        eventually("as asked", () -> isAsAsked(id, asked));
        autoscaler("changed").edit(found -> {
            found.getSpec().setMaxReplicas(50);
            found.getSpec().getBehavior().getScaleUp().setTolerance(new Quantity("200m"));
            return found;
        });
        eventually("seen to be changed", () -> !isAsAsked(id, asked));
        assertThat(cluster.observe(id).altered())
                .singleElement(STRING)
                .startsWith("the HorizontalPodAutoscaler changed had been changed with ");
        cluster.autoscale(id, asked);
        assertThat(cluster.observe(id).altered()).as("told once").isEmpty();
        eventually("as asked again", () -> isAsAsked(id, asked));
        assertThat(cluster.observe(id).altered()).isEmpty();
        assertThat(autoscaler("changed")
                        .get()
                        .getSpec()
                        .getBehavior()
                        .getScaleUp()
                        .getTolerance())
                .as("what we never set")
                .isNull();
        assertThat(autoscaler("changed").get().getSpec().getMaxReplicas()).isEqualTo(5);
        cluster.delete(id);
    }

    @Test
    void oneThatSomebodyDeletesIsToldOnceAndOneThatWeEndIsNot() {
        var id = service("gone", "0", 1);
        var asked = cpu(1, 5, 70);
        cluster.autoscale(id, asked);
        eventually("as asked", () -> isAsAsked(id, asked));
        autoscaler("gone").delete();
        eventually(
                "missed and told",
                () -> cluster.observe(id).altered(),
                List.of("the HorizontalPodAutoscaler gone had been deleted and was made again")::equals);
        assertThat(cluster.observe(id).autoscaler()).isNull();
        cluster.repair(described("gone", "0", 1));
        cluster.autoscale(id, asked);
        assertThat(cluster.observe(id).altered()).as("told once").isEmpty();
        eventually("as asked again", () -> isAsAsked(id, asked));
        cluster.autoscale(id, null);
        eventually("nothing decides", () -> cluster.observe(id).autoscaler() == null);
        assertThat(cluster.observe(id).altered()).isEmpty();
        cluster.delete(id);
    }

    @Test
    void aNumberThatSomebodySetIsNotTheAutoscalersDoing() {
        var id = service("numbered", "0", 2);
        cluster.autoscale(id, cpu(2, 5, 70));
        eventually("as asked", () -> isAsAsked(id, cpu(2, 5, 70)));
        KubernetesClusterIT.scale(client, NAMESPACE, "numbered", 3);
        var seen = eventually(
                "seen",
                () -> Objects.requireNonNull(cluster.observe(id).autoscaler()),
                status -> status.replicas() == 3);
        assertThat(seen.numberedBy()).isEqualTo("kubectl");
        assertThat(cluster.observe(id).altered())
                .as("nobody but the autoscaler changes it")
                .isEmpty();
        cluster.delete(id);
    }

    @Test
    void whatTheApiServerRefusesIsToldAndNotTriedAgainAtOnce() {
        var id = service("refused", "0", 1);
        var impossible = new Autoscaler(
                1, 5, List.of(ScalingMetric.pods("queue/../length", "5")), ScalingBehavior.calm(null, 60));
        cluster.autoscale(id, impossible);
        assertThat(cluster.observe(id).autoscaler()).satisfies(told -> {
            assertThat(told.applied()).as("there is nothing to do again").isEqualTo(impossible);
            assertThat(told.working()).isFalse();
            assertThat(told.sentence())
                    .contains("the number of replicas stays")
                    .contains("spec.metrics[0].pods.metric.name")
                    .contains("may not contain '/'");
        });
        assertThat(autoscaler("refused").get()).isNull();

        cluster.autoscale(id, cpu(1, 5, 70));
        eventually("another is taken", () -> isAsAsked(id, cpu(1, 5, 70)));
        cluster.autoscale(id, impossible);
        assertThat(Objects.requireNonNull(cluster.observe(id).autoscaler()).sentence())
                .contains("the policy of before goes on deciding");
        cluster.autoscale(id, null);
        eventually("nothing decides", () -> cluster.observe(id).autoscaler() == null);
        cluster.delete(id);
    }

    @Test
    void anAutoscalerOfAnothersIsLeftAloneAndTold() {
        var id = service("taken", "0", 1);
        var theirs = new AutoscalerManifests(new Labels("another"))
                .of(
                        id,
                        cpu(1, 2, 50),
                        client.apps()
                                .deployments()
                                .inNamespace(NAMESPACE.value())
                                .withName("taken")
                                .get());
        client.resource(theirs).create();
        cluster.autoscale(id, cpu(1, 5, 70));
        assertThat(Objects.requireNonNull(cluster.observe(id).autoscaler()).sentence())
                .contains("HorizontalPodAutoscaler taken is there already and is not this platform's");
        assertThat(autoscaler("taken").get().getSpec().getMaxReplicas()).isEqualTo(2);
        cluster.delete(id);
    }

    private static boolean isAsAsked(WorkloadId id, Autoscaler asked) {
        AutoscalerStatus status = cluster.observe(id).autoscaler();
        return status != null && asked.equals(status.applied());
    }

    private static Autoscaler cpu(int min, int max, int percent) {
        return new Autoscaler(
                min, max, List.of(ScalingMetric.utilization("cpu", percent)), ScalingBehavior.calm(null, 60));
    }

    private static WorkloadId service(String name, String works, int replicas) {
        var described = described(name, works, replicas);
        cluster.apply(described);
        eventually("ready", () -> cluster.observe(described.id()).ready().size() == replicas);
        return described.id();
    }

    private static Workload.Service described(String name, String works, int replicas) {
        var id = new WorkloadId(NAMESPACE, "revision", name);
        var program =
                new Program(new Program.Command(List.of("python3", "-c", PROGRAM)), Map.of("WORKS", works), Map.of());
        return new Workload.Service(
                id,
                program,
                Resources.of("50m", "64Mi", null),
                Duration.ofSeconds(1),
                replicas,
                new Readiness("/health", Duration.ofSeconds(1), Duration.ofSeconds(2), 3),
                Duration.ofSeconds(1));
    }

    private static int replicas(String name) {
        return client.apps()
                .deployments()
                .inNamespace(NAMESPACE.value())
                .withName(name)
                .get()
                .getSpec()
                .getReplicas();
    }

    private static Resource<HorizontalPodAutoscaler> autoscaler(String name) {
        return client.autoscaling()
                .v2()
                .horizontalPodAutoscalers()
                .inNamespace(NAMESPACE.value())
                .withName(name);
    }
}
