package dev.tidewright.cluster.kubernetes;

import static dev.tidewright.cluster.Eventually.eventually;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterContract;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.DrainGate;
import dev.tidewright.kernel.Home;
import dev.tidewright.kernel.Resources;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract on a real Kubernetes. */
class KubernetesClusterIT extends ClusterContract {

    private static TestKubernetes kubernetes;

    @TempDir
    private Path home;

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
        var cluster = KubernetesConfiguration.open(
                new Home(home), kubernetes.settings("contract"), InstantSource.system(), () -> List.of(gate));
        eventually("the namespace is there", () -> {
            try {
                cluster.capacity();
                cluster.provision(NAMESPACE, Resources.of("300", "8Gi", null));
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
}
