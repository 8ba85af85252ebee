package dev.tidewright.database;

import com.zaxxer.hikari.HikariDataSource;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How everybody waits for a connection, whichever database it is. */
@Configuration(proxyBeanMethods = false)
class WaitingConfiguration {

    @Bean
    static BeanPostProcessor waitingDataSource() {
        return new BeanPostProcessor() {
            @Override
            public Object postProcessAfterInitialization(Object bean, String name) {
                return bean instanceof HikariDataSource pool ? new WaitingDataSource(pool) : bean;
            }
        };
    }
}
