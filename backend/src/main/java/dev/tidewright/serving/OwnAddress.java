package dev.tidewright.serving;

import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Where this process answers the API; known once its web server has its port. */
@Component("servingOwnAddress") // training has one of its own
class OwnAddress {

    private final ServingSettings settings;
    private volatile int port;

    OwnAddress(ServingSettings settings) {
        this.settings = settings;
    }

    @EventListener
    void on(WebServerInitializedEvent started) {
        if (started.getApplicationContext().getServerNamespace() == null) {
            port = started.getWebServer().getPort();
        }
    }

    String api() {
        return settings.api().isEmpty() ? "http://127.0.0.1:" + port : settings.api();
    }
}
