package dev.tidewright;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** The arrows between modules: no cycles, nothing that {@code package-info.java} does not allow, no reaching inside. */
class ModulesTest {

    private final ApplicationModules modules = ApplicationModules.of(TidewrightApplication.class);

    @Test
    void everyArrowIsAllowed() {
        modules.verify();
    }

    @Test
    void theFolderTreeIsTheBusiness() {
        assertThat(modules.stream().map(module -> module.getIdentifier().toString()))
                .contains(
                        "kernel",
                        "history",
                        "reconcile",
                        "cluster",
                        "tenancy",
                        "artifacts",
                        "tracking",
                        "catalog",
                        "training",
                        "serving",
                        "rollout",
                        "autoscaling",
                        "gateway",
                        "query",
                        "mlflow",
                        "web");
    }
}
