package dev.tidewright;

import dev.tidewright.kernel.CannotStart;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;

/** Looks at the few settings that choose what is made, before anything is, and so can name their variables. */
final class StartSettings implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    static final String WEB = "TIDEWRIGHT_PORT";
    static final String GATEWAY = "TIDEWRIGHT_GATEWAY_PORT";

    /** What this process is. */
    enum Role {
        /** Server and gateway in one. */
        ALL,
        /** Dashboard, API and the loop; gateways are processes of their own. */
        SERVER,
        /** The data plane alone. */
        GATEWAY;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The role of this process; a word that is none counts as {@link Role#ALL}, which then refuses to start. */
    static Role role() {
        var word = System.getProperty("tidewright.role", System.getenv().getOrDefault("TIDEWRIGHT_ROLE", ""));
        return Arrays.stream(Role.values())
                .filter(role -> role.word().equals(word))
                .findFirst()
                .orElse(Role.ALL);
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var environment = context.getEnvironment();
        port(WEB, "server.port", environment.getProperty("server.port", ""));
        port(GATEWAY, "tidewright.gateway.port", environment.getProperty("tidewright.gateway.port", ""));
        oneOf(
                "TIDEWRIGHT_ROLE",
                environment.getProperty("tidewright.role", ""),
                Arrays.stream(Role.values()).map(Role::word).toList());
        oneOf("TIDEWRIGHT_CLUSTER", environment.getProperty("tidewright.cluster", ""), List.of("local", "kubernetes"));
        if (environment.getProperty("spring.datasource.url", "").isEmpty()) {
            ownDatabase();
        }
    }

    /** It is of one process, on the disk of one machine. */
    private static void ownDatabase() {
        var gateway = role() == Role.GATEWAY;
        if (gateway || System.getenv().containsKey("KUBERNETES_SERVICE_HOST")) {
            throw new CannotStart(
                    (gateway ? "a gateway of its own" : "a server in a cluster")
                            + " shares a PostgreSQL with others, and none is named",
                    "Set SPRING_DATASOURCE_URL, SPRING_DATASOURCE_USERNAME and SPRING_DATASOURCE_PASSWORD.");
        }
    }

    private static void port(String variable, String property, String value) {
        if (!value.isEmpty() && (!value.matches("[0-9]{1,5}") || Integer.parseInt(value) > 65_535)) {
            throw new CannotStart(
                    variable + " (" + property + ") is \"" + value + "\", which is no port",
                    "Set " + variable + " to a number from 1 to 65535, or to 0 for any free port.");
        }
    }

    private static void oneOf(String variable, String value, List<String> words) {
        if (!value.isEmpty() && !words.contains(value)) {
            throw new CannotStart(
                    variable + " is \"" + value + "\", which is unknown here",
                    "Set " + variable + " to " + String.join(" or ", words) + ".");
        }
    }
}
