package dev.tidewright.database;

import dev.tidewright.kernel.Home;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Uses the embedded database when {@code spring.datasource.url} is not set. */
@Configuration
@ConditionalOnExpression("'${spring.datasource.url:}'.isEmpty()")
class DatabaseConfiguration {

    @Bean(destroyMethod = "close")
    LocalDatabase localDatabase(Home home) {
        return LocalDatabase.start(home);
    }

    /** Through this bean the pool, Flyway and JPA are configured, and closed before the database is. */
    @Bean
    JdbcConnectionDetails localConnection(LocalDatabase database) {
        return database.connection();
    }
}
