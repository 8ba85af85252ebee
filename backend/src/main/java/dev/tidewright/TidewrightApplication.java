package dev.tidewright;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The control plane: one process that serves the API, the pages and the gateway, and runs the reconcile loop. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class TidewrightApplication {

    public static void main(String[] arguments) {
        if (StartSettings.role() == StartSettings.Role.GATEWAY) {
            var gateway = new SpringApplication(GatewayProcess.class);
            gateway.setAdditionalProfiles("gateway");
            gateway.run(arguments);
        } else {
            SpringApplication.run(TidewrightApplication.class, arguments);
        }
    }
}
