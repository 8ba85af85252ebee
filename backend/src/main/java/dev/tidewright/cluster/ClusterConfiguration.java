package dev.tidewright.cluster;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The one port to all clusters, and what is known of them without asking. */
@Configuration(proxyBeanMethods = false)
class ClusterConfiguration {

    @Bean
    Clusters clusters(List<NamedClusters> contributed, Placement placement) {
        return new Clusters(contributed, placement);
    }

    @Bean
    ClusterNames clusterNames(Clusters clusters) {
        return clusters.names();
    }

    /** Told by name: 1 while it answers, else 0. */
    @Bean
    MeterBinder clusterMeters(Clusters clusters) {
        return registry -> clusters.names()
                .all()
                .forEach(name -> Gauge.builder(
                                "tidewright.cluster.answers",
                                clusters,
                                all -> all.state(name).silence() == null ? 1 : 0)
                        .tag("cluster", name.value())
                        .description("1 while the cluster answers")
                        .register(registry));
    }

    @Bean
    NamespaceCapabilities capabilities(Cluster cluster) {
        return cluster::capabilities;
    }
}
