package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.ClusterAdapter;
import dev.tidewright.cluster.DrainGate;
import dev.tidewright.cluster.NamedClusters;
import dev.tidewright.cluster.PassedEnvironment;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.ServerName;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Kubernetes: the default cluster where {@code tidewright.cluster} is {@code kubernetes}, and those with names. */
@Configuration(proxyBeanMethods = false)
class KubernetesConfiguration {

    @Bean
    @ConditionalOnProperty(name = "tidewright.cluster", havingValue = "kubernetes")
    NamedClusters kubernetesCluster(
            JdbcClient jdbc,
            ServerName server,
            KubernetesSettings settings,
            @Value("${tidewright.api:}") String api,
            InstantSource clock,
            ObjectProvider<DrainGate> gates) {
        return open(jdbc, server, Map.of(NamedClusters.STANDARD, settings), api, clock, gates);
    }

    @Bean
    NamedClusters moreKubernetesClusters(
            JdbcClient jdbc,
            ServerName server,
            KubernetesSettings settings,
            @Value("${tidewright.api:}") String api,
            InstantSource clock,
            ObjectProvider<DrainGate> gates) {
        return open(jdbc, server, settings.named(), api, clock, gates);
    }

    private static NamedClusters open(
            JdbcClient jdbc,
            ServerName server,
            Map<Name, KubernetesSettings> settings,
            String api,
            InstantSource clock,
            ObjectProvider<DrainGate> gates) {
        var opened = new TreeMap<Name, ClusterAdapter>();
        try {
            settings.forEach((name, its) -> opened.put(
                    name,
                    open(
                            new KeptLogs(jdbc, server.value()),
                            its.reachedAt(api),
                            clock,
                            () -> gates.stream().toList())));
            return new NamedClusters(opened);
        } catch (RuntimeException cannotStart) {
            // What listens already would keep the process alive.
            opened.values().forEach(ClusterAdapter::close);
            throw cannotStart;
        }
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
