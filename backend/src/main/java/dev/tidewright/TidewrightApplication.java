package dev.tidewright;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The control plane: one process that serves the API, the pages and the gateway, and runs the reconcile loop. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class TidewrightApplication {

    public static void main(String[] arguments) {
        SpringApplication.run(TidewrightApplication.class, arguments);
    }
}
