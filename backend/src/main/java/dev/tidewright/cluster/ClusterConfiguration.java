package dev.tidewright.cluster;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What is known of the cluster without asking it, for those who may not talk to it: services inside a transaction. */
@Configuration(proxyBeanMethods = false)
class ClusterConfiguration {

    @Bean
    Capabilities capabilities(Cluster cluster) {
        return cluster.capabilities();
    }
}
