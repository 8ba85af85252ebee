package dev.tidewright.events;

import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.ClusterEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/** Hears what the cluster says and has it kept, beside everything else: a slow database delays nothing but this. */
@Component
class EventKeeper implements DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(EventKeeper.class);
    private static final Duration TIDYING = Duration.ofHours(1);

    /** What is more than this at once is left out; the cluster says it again when the next server starts. */
    private static final int WAITING = 20_000;

    private final ClusterEvents events;
    private final InstantSource clock;
    private final ThreadPoolExecutor writer = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            Thread.ofVirtual().name("cluster-events").factory(),
            new ThreadPoolExecutor.DiscardPolicy());
    private Instant tidied = Instant.EPOCH;

    EventKeeper(Cluster cluster, ClusterEvents events, InstantSource clock) {
        this.events = events;
        this.clock = clock;
        cluster.onEvent(event -> writer.execute(() -> keep(event)));
    }

    private void keep(ClusterEvent event) {
        try {
            events.keep(event);
            if (clock.instant().isAfter(tidied.plus(TIDYING))) {
                tidied = clock.instant();
                events.forgetOld();
            }
        } catch (DataAccessException away) {
            LOG.debug("an event of {} is not kept", event.workload(), away);
        }
    }

    @Override
    public void destroy() {
        writer.shutdownNow();
    }
}
