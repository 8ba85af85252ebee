package dev.tidewright;

import dev.tidewright.kernel.Home;
import dev.tidewright.kernel.ServerName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.InstantSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Beans without a feature of their own. */
@Configuration
@EnableConfigurationProperties(CoreSettings.class)
class CoreConfiguration {

    /** The only clock of the product; tests replace it by one that is turned by hand. */
    @Bean
    InstantSource clock() {
        return InstantSource.system();
    }

    @Bean
    Home home(CoreSettings settings) {
        return new Home(Path.of(settings.home()).toAbsolutePath().normalize());
    }

    @Bean
    ServerName serverName(CoreSettings settings, Environment environment) throws UnknownHostException {
        return new ServerName(
                settings.server().isEmpty()
                        ? InetAddress.getLocalHost().getHostName() + ":"
                                + environment.getProperty("server.port", "8080")
                        : settings.server());
    }
}
