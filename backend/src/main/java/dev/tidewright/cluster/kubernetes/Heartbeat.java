package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the API server answers. A watch cannot tell: it is made again and again behind its informer, which goes on
 * answering from what it heard last.
 */
final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
    private static final Duration BETWEEN = Duration.ofSeconds(2);
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final KubernetesClient client;
    private final InstantSource clock;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("kubernetes-heartbeat").factory());
    private volatile @Nullable Instant silentSince;

    Heartbeat(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    void start() {
        var _ = timer.scheduleWithFixedDelay(this::beat, BETWEEN.toMillis(), BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Empty while it answers. */
    Optional<Instant> silentSince() {
        return Optional.ofNullable(silentSince);
    }

    private void beat() {
        var asked = clock.instant();
        var answers = answers();
        if (answers && silentSince != null) {
            LOG.info("the cluster at {} answers again", client.getMasterUrl());
            silentSince = null;
        } else if (!answers && silentSince == null) {
            LOG.warn("the cluster at {} does not answer", client.getMasterUrl());
            silentSince = asked;
        }
    }

    /** Any answer will do, a refusal too: it is there. */
    private boolean answers() {
        var http = client.getHttpClient();
        var request = http.newHttpRequestBuilder()
                .uri(URI.create(client.getMasterUrl().toString()).resolve("/version"))
                .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .build();
        try {
            http.sendAsync(request, String.class).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true; // nothing was learned
        } catch (ExecutionException | TimeoutException away) {
            return false;
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
