package dev.tidewright;

import dev.tidewright.kernel.CannotStart;
import java.net.BindException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.annotation.Order;

/** What whoever starts the platform can mend is told in a sentence with its remedy, not as a stack trace. */
@Order(0)
final class StartFailures implements FailureAnalyzer {

    @Override
    public @Nullable FailureAnalysis analyze(Throwable failure) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case CannotStart ours -> {
                    return new FailureAnalysis(ours.getMessage(), ours.remedy(), ours);
                }
                case PortInUseException taken -> {
                    return new FailureAnalysis(
                            "port " + taken.getPort() + " is in use by another program",
                            "Stop it, or set " + StartSettings.WEB + " to a free port.",
                            taken);
                }
                case BindException taken -> {
                    return gateway(failure, taken);
                }
                default -> {}
            }
        }
        return null;
    }

    /** The other one that listens says itself where it cannot. */
    private static @Nullable FailureAnalysis gateway(Throwable failure, BindException taken) {
        for (var cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalStateException sentence) {
                return new FailureAnalysis(
                        String.valueOf(sentence.getMessage()),
                        "Stop what listens there, or set " + StartSettings.GATEWAY + " to a free port.",
                        taken);
            }
        }
        return null;
    }
}
