package dev.tidewright;

import dev.tidewright.kernel.CannotStart;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** Looks at the two ports before anything is made of them, and so can name the variable that they were given in. */
final class PortSettings implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    static final String WEB = "TIDEWRIGHT_PORT";
    static final String GATEWAY = "TIDEWRIGHT_GATEWAY_PORT";

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var environment = context.getEnvironment();
        check(WEB, "server.port", environment.getProperty("server.port", ""));
        check(GATEWAY, "tidewright.gateway.port", environment.getProperty("tidewright.gateway.port", ""));
    }

    private static void check(String variable, String property, String value) {
        if (!value.isEmpty() && (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > 65_535)) {
            throw new CannotStart(
                    variable + " (" + property + ") is \"" + value + "\", which is no port",
                    "Set " + variable + " to a number from 1 to 65535, or to 0 for any free port.");
        }
    }
}
