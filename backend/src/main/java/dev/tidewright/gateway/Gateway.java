package dev.tidewright.gateway;

import dev.tidewright.kernel.Home;
import dev.tidewright.kernel.Name;
import dev.tidewright.serving.Route;
import dev.tidewright.serving.Traffic.Counters;
import dev.tidewright.serving.Traffic.Step;
import dev.tidewright.tenancy.InvokeCheck;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** The data plane of this process: told of routes, asked for counts. */
@Component
@ConditionalOnExpression(Gateway.WANTED)
class Gateway implements SmartLifecycle {

    /** Whether this process has one. */
    static final String WANTED = "'${tidewright.role:all}' != 'server'";

    /** Started before the API's web server, and stopped after it: the data plane outlives the control plane. */
    static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final long DEBOUNCE_MILLIS = 200;
    private static final long MARGIN_SECONDS = 5;

    private final GatewaySettings settings;
    private final String id;
    private final TableFile file;
    private final TokenGate gate;
    private final Map<String, EndpointMeter> meters = new ConcurrentHashMap<>();
    private final RouteTable table;
    private final List<Worker> workers = new ArrayList<>();
    private final AtomicBoolean dirty = new AtomicBoolean();
    private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("gateway-table").factory());
    private volatile @Nullable Vertx vertx;

    /** {@code check} is lazy: this starts, and serves, while the database behind it is away. */
    Gateway(GatewaySettings settings, Home home, @Lazy InvokeCheck check, MeterRegistry registry, InstantSource clock) {
        this.settings = settings;
        this.id = settings.name() + ":" + (settings.port() == 0 ? UUID.randomUUID() : settings.port());
        this.file = new TableFile(home.resolve("gateway", "routes.json"));
        this.gate = new TokenGate(check, clock);
        this.table = new RouteTable(
                key -> meters.computeIfAbsent(key, unseen -> new EndpointMeter(registry, key, clock.instant())));
    }

    /** Replaces the whole table at once. When this returns, no new request goes to a target that is not in it. */
    void publish(List<Route> routes) {
        if (table.publish(routes) && dirty.compareAndSet(false, true) && !writer.isShutdown()) {
            var _ = writer.schedule(this::keep, DEBOUNCE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** One at a time: a stop waits for a write under way. */
    private synchronized void keep() {
        if (dirty.getAndSet(false)) {
            file.write(table.routes());
        }
    }

    /** Requests that were sent to this address and have not been answered to the end. */
    int inFlight(String host, int port) {
        return table.inFlight(host, port);
    }

    boolean isDrained(String host, int port) {
        return table.drained(host, port);
    }

    /** Requests in flight by address, of addresses that are not in the table. */
    Map<String, Integer> draining() {
        return table.draining();
    }

    /** By namespace, slash, endpoint. */
    Map<String, EndpointMeter> meters() {
        return Map.copyOf(meters);
    }

    /** What the others know it by: the same after a restart, as long as nothing else can listen where it does. */
    String id() {
        return id;
    }

    /** False before it was told of any routes, now or in an earlier life. */
    boolean hasTable() {
        return table.known();
    }

    Optional<Counters> counters(Name namespace, Name endpoint) {
        return Optional.ofNullable(meters.get(namespace + "/" + endpoint)).map(EndpointMeter::counters);
    }

    List<Step> recent(Name namespace, Name endpoint) {
        var meter = meters.get(namespace + "/" + endpoint);
        return meter == null ? List.of() : meter.recent();
    }

    /** Where it listens, once started. */
    int port() {
        return workers.getFirst().port();
    }

    /** Takes up the table of an earlier life, unless a newer one has come. */
    void restore() {
        file.read().ifPresent(table::restore);
    }

    @Override
    public void start() {
        restore();
        var started = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(settings.loops())
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        vertx = started;
        for (int i = 0; i < settings.loops(); i++) {
            workers.add(new Worker(settings, table, gate, this::isRunning));
        }
        try {
            await(Future.all(workers.stream().map(started::deployVerticle).toList()), MARGIN_SECONDS * 2);
        } catch (IllegalStateException fault) {
            started.close();
            vertx = null;
            throw new IllegalStateException(
                    "the gateway cannot listen on " + settings.address() + ":" + settings.port()
                            + ": set TIDEWRIGHT_GATEWAY_PORT (tidewright.gateway.port) to a free port",
                    fault);
        }
        LOG.info("gateway listens on {}:{} with {} event loops", settings.address(), port(), settings.loops());
    }

    @Override
    public void stop() {
        var running = vertx;
        if (running == null) {
            return;
        }
        vertx = null;
        linger();
        try {
            var longest = settings.timeouts().stop().toSeconds() + MARGIN_SECONDS;
            await(Future.all(workers.stream().map(Worker::drain).toList()), longest);
        } catch (IllegalStateException fault) {
            LOG.warn("requests were cut off by the stop: {}", fault.toString());
        }
        running.close().toCompletionStage().toCompletableFuture().orTimeout(MARGIN_SECONDS, TimeUnit.SECONDS);
        workers.clear();
        writer.shutdown();
        keep();
    }

    /** Whoever spreads requests over gateways needs a moment to see that this one is not ready any more. */
    private void linger() {
        try {
            TimeUnit.MILLISECONDS.sleep(settings.timeouts().linger().toMillis());
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private static void await(Future<?> future, long seconds) {
        try {
            var _ = future.toCompletionStage().toCompletableFuture().get(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(stopped);
        } catch (java.util.concurrent.ExecutionException | TimeoutException fault) {
            throw new IllegalStateException(fault);
        }
    }

    @Override
    public boolean isRunning() {
        return vertx != null;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
