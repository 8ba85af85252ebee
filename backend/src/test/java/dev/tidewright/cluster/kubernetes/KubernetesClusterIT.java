package dev.tidewright.cluster.kubernetes;

import static dev.tidewright.cluster.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterContract;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.DrainGate;
import dev.tidewright.cluster.Observation;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.Workload;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resources;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The contract on a real Kubernetes. */
class KubernetesClusterIT extends ClusterContract {

    private static final Resources LIMITS = Resources.of("300", "8Gi", null);

    private static TestKubernetes kubernetes;

    @BeforeAll
    static void find() {
        kubernetes = TestKubernetes.find();
    }

    @AfterAll
    static void leaveNothing() {
        if (kubernetes != null) {
            kubernetes.remove(NAMESPACE);
        }
    }

    @Override
    protected Cluster open(DrainGate gate) {
        return open("contract", gate);
    }

    private static Cluster open(String server, DrainGate gate) {
        var cluster = KubernetesConfiguration.open(
                TestKubernetes.logs(server),
                kubernetes.settings("contract"),
                InstantSource.system(),
                () -> List.of(gate));
        eventually("the namespace is there", () -> {
            try {
                cluster.capacity();
                cluster.provision(NAMESPACE, LIMITS);
                return true;
            } catch (ClusterUnavailable notYet) {
                return false;
            }
        });
        return cluster;
    }

    @Override
    protected void close(Cluster cluster) {
        ((KubernetesCluster) cluster).close();
    }

    @Override
    protected int cores() {
        return kubernetes.cores();
    }

    @Override
    protected String ownHost() {
        return kubernetes.ownHost();
    }

    @Test
    void whatIsNotOursIsNeitherTakenOverNorDeleted() {
        try (var client = kubernetes.client()) {
            var theirs = new JobBuilder()
                    .withNewMetadata()
                    .withName("theirs")
                    .withNamespace(NAMESPACE.value())
                    .endMetadata()
                    .withNewSpec()
                    .withSuspend(true)
                    .withNewTemplate()
                    .withNewSpec()
                    .withRestartPolicy("Never")
                    .addNewContainer()
                    .withName("main")
                    .withImage("theirs")
                    .endContainer()
                    .endSpec()
                    .endTemplate()
                    .endSpec()
                    .build();
            var made = client.resource(theirs).create();
            try {
                var workload = batch("theirs", "print('ours')");
                cluster.apply(workload);
                var seen = cluster.observe(workload.id());
                assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
                assertThat(seen.message()).contains("theirs").contains("not this platform's");
                cluster.delete(workload.id());
                assertThat(client.resource(theirs).get().getMetadata().getUid())
                        .isEqualTo(made.getMetadata().getUid());
            } finally {
                client.resource(theirs).delete();
            }
        }
    }

    @Test
    void aBatchWhosePodSomebodyDeletesIsLost() {
        var id = apply(batch("robbed", "time.sleep(600)"));
        eventually("runs", () -> phase(id) == Observation.Phase.RUNNING);
        try (var client = kubernetes.client()) {
            client.pods()
                    .inNamespace(NAMESPACE.value())
                    .withLabel(Labels.WORKLOAD, "robbed")
                    .withGracePeriod(1)
                    .delete();
        }
        var seen = ended(id);
        assertThat(seen.phase()).isEqualTo(Observation.Phase.FAILED);
        assertThat(exit(seen).reason()).isEqualTo("LOST");
    }

    @Test
    void fencesThatSomebodyTookAwayAreMadeAgain() {
        try (var client = kubernetes.client()) {
            var policies = client.network().networkPolicies().inNamespace(NAMESPACE.value());
            policies.delete();
            cluster.provision(NAMESPACE, LIMITS);
            assertThat(policies.list().getItems()).hasSize(1);
            assertThat(client.namespaces()
                            .withName(NAMESPACE.value())
                            .get()
                            .getMetadata()
                            .getLabels())
                    .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
        }
    }

    @Test
    void nothingIsStartedWithoutFences() {
        var id = new WorkloadId(new Name("no-fences"), "job", "early");
        var workload = new Workload.Batch(id, python("print()"), small(), Duration.ofSeconds(5), null);
        assertThatThrownBy(() -> cluster.apply(workload))
                .isInstanceOf(ClusterUnavailable.class)
                .hasMessageContaining("no-fences");
    }

    @Test
    void aLogIsTheSameByWhicheverServerItIsReadAndWhicheverFollowedIt() {
        var other = (KubernetesCluster) open("another", (workload, replica) -> false);
        try (other) {
            var id = apply(
                    batch("followed", "for i in range(60):\n    print('line', i, flush=True)\n    time.sleep(0.2)"));
            eventually(
                    "both can read it",
                    () -> Stream.of(cluster, other)
                            .allMatch(one -> one.logs(id, ReplicaStatus.BATCH, 0, 4096)
                                    .text()
                                    .contains("line 9")));
            // Whoever of the two has it: the one that is left takes it over.
            ((KubernetesCluster) cluster).close();
            cluster = open("a third", (workload, replica) -> false);
            ended(id);
            eventually("the other has heard of the end", () -> other.observe(id).exit() != null);
            var expected =
                    IntStream.range(0, 60).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining());
            assertThat(log(id)).isEqualTo(expected);
            assertThat(other.logs(id, ReplicaStatus.BATCH, 0, 10_000).text()).isEqualTo(expected);
        }
    }
}
