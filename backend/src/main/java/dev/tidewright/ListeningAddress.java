package dev.tidewright;

import dev.tidewright.kernel.OwnAddress;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** As configured, or on this machine at the port that the web server listens on. */
@Component
class ListeningAddress implements OwnAddress {

    private final CoreSettings settings;
    private volatile int port;

    ListeningAddress(CoreSettings settings) {
        this.settings = settings;
    }

    @EventListener
    void on(WebServerInitializedEvent started) {
        if (started.getApplicationContext().getServerNamespace() == null) {
            port = started.getWebServer().getPort();
        }
    }

    @Override
    public String api() {
        return settings.api().isBlank() ? "http://127.0.0.1:" + port : settings.api();
    }
}
