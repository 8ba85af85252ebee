package dev.tidewright.training;

import dev.tidewright.HandClock;
import dev.tidewright.TestInstallation;
import dev.tidewright.cluster.FakeCluster;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;

/**
 * The whole application with a loop that the test turns by hand, a fake cluster and a clock that stands still; in a
 * database of its own, because the loops of other tests would work its items.
 */
class StillInstallation extends TestInstallation {

    private static final String DATABASE = "training_still";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        super.initialize(context);
        try (var connection = DriverManager.getConnection(databaseUrl());
                var statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + DATABASE);
        } catch (SQLException refused) {
            throw new IllegalStateException(refused);
        }
        TestPropertyValues.of(
                        "spring.datasource.url=" + databaseUrl().replace("/postgres?", "/" + DATABASE + "?"),
                        "tidewright.home=" + home().resolve("still"),
                        "tidewright.reconcile.enabled=false")
                .applyTo(context);
    }

    @TestConfiguration
    static class Fakes {

        @Bean
        @Primary
        HandClock handClock() {
            return new HandClock();
        }

        @Bean
        @Primary
        FakeCluster fakeCluster(HandClock clock) {
            return new FakeCluster(clock);
        }
    }
}
