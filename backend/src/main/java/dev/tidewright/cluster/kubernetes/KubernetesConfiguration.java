package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.DrainGate;
import dev.tidewright.cluster.PassedEnvironment;
import dev.tidewright.kernel.Home;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Kubernetes, where {@code tidewright.cluster} is {@code kubernetes}. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "tidewright.cluster", havingValue = "kubernetes")
class KubernetesConfiguration {

    @Bean(destroyMethod = "close")
    KubernetesCluster kubernetesCluster(
            Home home, KubernetesSettings settings, InstantSource clock, ObjectProvider<DrainGate> gates) {
        return open(home, settings, clock, () -> gates.stream().toList());
    }

    /** Also the way for tests to get one, without Spring. */
    static KubernetesCluster open(
            Home home, KubernetesSettings settings, InstantSource clock, Supplier<List<DrainGate>> gates) {
        var manifests = new Manifests(
                new Labels(settings.instance()),
                settings,
                PassedEnvironment.of(System.getenv(), settings.passEnvironment()));
        var logs = home.resolve("kubernetes").resolve("logs");
        var cluster = new KubernetesCluster(Clients.of(settings), settings, manifests, logs, clock, gates);
        cluster.start();
        return cluster;
    }
}
