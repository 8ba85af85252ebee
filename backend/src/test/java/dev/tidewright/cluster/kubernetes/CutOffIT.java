package dev.tidewright.cluster.kubernetes;

import static dev.tidewright.cluster.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Readiness;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The answer of a create is lost after the API server stored it. Nothing of it may run: the namespace's quota has no room for
 * a pod, so a thousand Jobs cost the cluster nothing but themselves.
 */
class CutOffIT {

    private static final Name NAMESPACE = new Name("cut-off");
    private static final int JOBS = Integer.getInteger("cut.offs", 300);
    private static final int SERVICES = 20;
    private static final Pattern NAMED = Pattern.compile("\"name\"\\s*:\\s*\"((?:job|service)-\\d+)\"");

    private final TestKubernetes kubernetes = TestKubernetes.find();
    private final KubernetesClient client = kubernetes.client();
    private final Map<String, Integer> lost = new ConcurrentHashMap<>();
    private final CuttingProxy proxy = new CuttingProxy(kubernetes.sockets(), kubernetes.server(), this::isToBeLost);
    private final KubernetesCluster cluster = KubernetesConfiguration.open(
            TestKubernetes.logs("cut-off"),
            kubernetes.settings("cut-off", proxy.address()),
            InstantSource.system(),
            List::of);

    /**
     * Of every second name the repetition is lost too: the client itself sends again what met a broken connection that it had
     * kept, and then the platform has to.
     */
    private boolean isToBeLost(String request) {
        if (!request.startsWith("POST /apis/batch/v1/") && !request.startsWith("POST /apis/apps/v1/")) {
            return false;
        }
        var name = NAMED.matcher(request);
        return name.find() && lost.merge(name.group(1), 1, Integer::sum) <= losses(name.group(1));
    }

    private static int losses(String name) {
        return 1 + name.charAt(name.length() - 1) % 2;
    }

    @BeforeEach
    void provision() {
        eventually("the namespace is there", () -> {
            try {
                cluster.capacity(NAMESPACE);
                cluster.provision(NAMESPACE, Resources.of("1m", "1Mi", null));
                return true;
            } catch (ClusterUnavailable notYet) {
                return false;
            }
        });
    }

    @AfterEach
    void leaveNothing() throws IOException {
        cluster.close();
        proxy.close();
        kubernetes.remove(NAMESPACE);
        client.close();
    }

    @Test
    void aCreateWhoseAnswerIsLostMakesOneObjectWhichIsTakenUp() {
        var again = new AtomicInteger();
        try (var threads = Executors.newFixedThreadPool(8)) {
            IntStream.range(0, JOBS)
                    .forEach(number -> threads.execute(() -> applyUntilTaken(batch("job-" + number), again)));
            IntStream.range(0, SERVICES)
                    .forEach(number -> threads.execute(() -> applyUntilTaken(service("service-" + number), again)));
        }
        assertThat(lost).hasSize(JOBS + SERVICES);
        // Some of the second kind were taken up by the watch before they were repeated.
        assertThat(proxy.cuts()).isGreaterThan(JOBS + SERVICES);
        var jobs =
                client.batch().v1().jobs().inNamespace(NAMESPACE.value()).list().getItems();
        var deployments = client.apps()
                .deployments()
                .inNamespace(NAMESPACE.value())
                .list()
                .getItems();
        assertThat(uids(jobs)).hasSize(JOBS).doesNotHaveDuplicates();
        assertThat(uids(deployments)).hasSize(SERVICES);
        for (Job job : jobs) {
            var id = new WorkloadId(NAMESPACE, "job", job.getMetadata().getName());
            assertThat(cluster.observe(id).phase()).isEqualTo(Observation.Phase.PENDING);
        }
        System.out.printf(
                "%d answers lost, %d calls repeated, %d objects%n",
                proxy.cuts(), again.get(), jobs.size() + deployments.size());
    }

    private static List<String> uids(List<? extends HasMetadata> objects) {
        return objects.stream().map(object -> object.getMetadata().getUid()).toList();
    }

    /** As the reconcile loop does. */
    private void applyUntilTaken(Workload workload, AtomicInteger again) {
        for (var tries = 0; tries < 50; tries++) {
            try {
                cluster.apply(workload);
                return;
            } catch (ClusterUnavailable cut) {
                again.incrementAndGet();
            }
        }
        throw new AssertionError(workload.id() + " was never taken");
    }

    @Test
    void whatHasOurLabelsButAnotherDescriptionIsNotTakenUp() {
        var wanted = batch("job-1");
        lost.put("job-1", 2);
        cluster.apply(wanted);
        var made = client.batch()
                .v1()
                .jobs()
                .inNamespace(NAMESPACE.value())
                .withName("job-1")
                .get();
        cluster.close();
        // As another platform of the same name would have left it.
        var other = KubernetesConfiguration.open(
                TestKubernetes.logs("cut-off"), kubernetes.settings("cut-off"), InstantSource.system(), List::of);
        try (other) {
            var writes = new Writes(
                    client,
                    new Labels("cut-off"),
                    new Manifests(new Labels("cut-off"), kubernetes.settings("cut-off"), Map.of()),
                    new Mended());
            var different = new Workload.Batch(
                    wanted.id(), program("print('another')"), wanted.resources(), wanted.stopGrace(), null);
            assertThatThrownBy(() -> writes.create(different))
                    .isInstanceOf(Writes.Foreign.class)
                    .hasMessageContaining("job-1");
            assertThat(writes.create(wanted).getMetadata().getUid())
                    .isEqualTo(made.getMetadata().getUid());
        }
    }

    private static Workload.Batch batch(String name) {
        return new Workload.Batch(
                new WorkloadId(NAMESPACE, "job", name), program("print()"), small(), Duration.ofSeconds(5), null);
    }

    private static Workload.Service service(String name) {
        return new Workload.Service(
                new WorkloadId(NAMESPACE, "revision", name),
                program("print()"),
                small(),
                Duration.ofSeconds(5),
                1,
                new Readiness("/", Duration.ofSeconds(1), Duration.ofSeconds(1), 3),
                Duration.ofSeconds(5));
    }

    private static Program program(String script) {
        return new Program(new Program.Command(List.of("python3", "-c", script)), Map.of(), Map.of());
    }

    private static Resources small() {
        return Resources.of("100m", "32Mi", null);
    }
}
