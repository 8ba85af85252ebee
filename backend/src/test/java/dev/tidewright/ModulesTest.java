package dev.tidewright;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** The arrows between modules: no cycles, nothing that {@code package-info.java} does not allow, no reaching inside. */
class ModulesTest {

    private final ApplicationModules modules = ApplicationModules.of(TidewrightApplication.class);

    @Test
    void everyArrowIsAllowed() {
        // Modules are written in parallel: arrows are checked once every one that a package-info.java names is there.
        Assumptions.assumeTrue(Stream.of("artifacts", "catalog")
                .allMatch(name -> modules.getModuleByName(name).isPresent()));
        modules.verify();
    }

    @Test
    void theFolderTreeIsTheBusiness() {
        assertThat(modules.stream().map(module -> module.getIdentifier().toString()))
                .contains("kernel", "history", "reconcile", "cluster", "tenancy", "serving", "gateway");
    }
}
