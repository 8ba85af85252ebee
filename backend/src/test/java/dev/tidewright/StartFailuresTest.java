package dev.tidewright;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.kernel.CannotStart;
import java.net.BindException;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ApplicationContextException;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

class StartFailuresTest {

    private final StartFailures failures = new StartFailures();

    @Test
    void aSentenceDeepInTheTraceIsToldWithItsRemedy() {
        var ours = new CannotStart("another Tidewright runs on /home", "Stop it.");
        var told = told(new ApplicationContextException("bean", new IllegalStateException("made", ours)));
        assertThat(told.getDescription()).isEqualTo("another Tidewright runs on /home");
        assertThat(told.getAction()).isEqualTo("Stop it.");
    }

    @Test
    void aPortThatIsTakenIsToldWithTheVariableThatMovesIt() {
        var web = told(new ApplicationContextException("bean", new PortInUseException(8080)));
        assertThat(web.getDescription()).contains("8080");
        assertThat(web.getAction()).contains("TIDEWRIGHT_PORT");
        var bind = new IllegalStateException(new ExecutionException(new BindException("Address already in use")));
        var gateway = told(new ApplicationContextException(
                "bean", new IllegalStateException("the gateway cannot listen on 127.0.0.1:8081", bind)));
        assertThat(gateway.getDescription()).contains("the gateway", "8081");
        assertThat(gateway.getAction()).contains("TIDEWRIGHT_GATEWAY_PORT");
    }

    private FailureAnalysis told(Throwable failure) {
        return Objects.requireNonNull(failures.analyze(failure));
    }

    @Test
    void aFaultOfOursKeepsItsTrace() {
        assertThat(failures.analyze(new IllegalStateException("a bug"))).isNull();
    }

    @Test
    void springBootFindsIt() {
        // Some of Spring's own cannot be made outside of a context.
        var found = SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, FailureHandler.handleMessage((message, failure) -> {}));
        assertThat(found).hasAtLeastOneElementOfType(StartFailures.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "99999", "-1", "80 80"})
    void whatIsNoPortIsToldByItsVariable(String value) {
        try (var context = new StaticApplicationContext()) {
            TestPropertyValues.of("server.port=0", "tidewright.gateway.port=" + value)
                    .applyTo(context);
            assertThatThrownBy(() -> new StartSettings().initialize(context))
                    .isInstanceOf(CannotStart.class)
                    .hasMessageContainingAll("TIDEWRIGHT_GATEWAY_PORT", value);
            TestPropertyValues.of("tidewright.gateway.port=8081").applyTo(context);
            assertThatCode(() -> new StartSettings().initialize(context)).doesNotThrowAnyException();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"cluster", "role"})
    void aWordThatIsUnknownIsToldByItsVariableAndWhatIsKnown(String setting) {
        try (var context = new StaticApplicationContext()) {
            TestPropertyValues.of("tidewright." + setting + "=kubernets").applyTo(context);
            assertThatThrownBy(() -> new StartSettings().initialize(context))
                    .isInstanceOfSatisfying(
                            CannotStart.class,
                            told -> assertThat(told.remedy())
                                    .contains("TIDEWRIGHT_" + setting.toUpperCase(java.util.Locale.ROOT), " or "))
                    .hasMessageContaining("\"kubernets\"");
        }
    }
}
