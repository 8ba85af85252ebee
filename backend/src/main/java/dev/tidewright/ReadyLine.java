package dev.tidewright;

import dev.tidewright.kernel.OwnAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Tells whoever started the platform where it is, and what stays when it stops. */
@Component
class ReadyLine {

    private static final Logger LOG = LoggerFactory.getLogger(ReadyLine.class);

    private final OwnAddress address;

    ReadyLine(OwnAddress address) {
        this.address = address;
    }

    @EventListener
    void on(ApplicationReadyEvent ready) {
        LOG.info("Tidewright is ready: dashboard and API at {} (sign in as a user, first \"admin\")", address.api());
    }

    @EventListener
    void on(ContextClosedEvent closed) {
        LOG.info("Tidewright stops; jobs and replicas go on running and are found again by the next start. "
                + "Stop jobs and endpoints first when they should end too.");
    }
}
