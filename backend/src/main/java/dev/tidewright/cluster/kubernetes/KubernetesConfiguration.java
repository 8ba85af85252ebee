package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.DrainGate;
import dev.tidewright.cluster.PassedEnvironment;
import dev.tidewright.kernel.ServerName;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Kubernetes, where {@code tidewright.cluster} is {@code kubernetes}. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "tidewright.cluster", havingValue = "kubernetes")
class KubernetesConfiguration {

    @Bean(destroyMethod = "close")
    KubernetesCluster kubernetesCluster(
            JdbcClient jdbc,
            ServerName server,
            KubernetesSettings settings,
            InstantSource clock,
            ObjectProvider<DrainGate> gates) {
        var logs = new KeptLogs(jdbc, server.value());
        return open(logs, settings, clock, () -> gates.stream().toList());
    }

    /** Also the way for tests to get one, without Spring. */
    static KubernetesCluster open(
            KeptLogs logs, KubernetesSettings settings, InstantSource clock, Supplier<List<DrainGate>> gates) {
        var manifests = new Manifests(
                new Labels(settings.instance()),
                settings,
                PassedEnvironment.of(System.getenv(), settings.passEnvironment()));
        var cluster = new KubernetesCluster(Clients.of(settings), settings, manifests, logs, clock, gates);
        cluster.start();
        return cluster;
    }
}
