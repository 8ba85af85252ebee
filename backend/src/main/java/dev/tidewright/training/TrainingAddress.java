package dev.tidewright.training;

import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Where jobs reach this control plane: as configured, or on this machine at the port that it listens on. */
@Component
class TrainingAddress {

    private final TrainingSettings settings;
    private volatile int port;

    TrainingAddress(TrainingSettings settings) {
        this.settings = settings;
    }

    @EventListener
    void on(WebServerInitializedEvent started) {
        if (started.getApplicationContext().getServerNamespace() == null) {
            port = started.getWebServer().getPort();
        }
    }

    String address() {
        return settings.api().isBlank() ? "http://127.0.0.1:" + port : settings.api();
    }
}
