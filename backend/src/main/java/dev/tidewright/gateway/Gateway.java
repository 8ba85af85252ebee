package dev.tidewright.gateway;

import dev.tidewright.cluster.DrainGate;
import dev.tidewright.kernel.Home;
import dev.tidewright.kernel.Name;
import dev.tidewright.serving.Route;
import dev.tidewright.serving.Traffic;
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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Lazy;
import org.springframework.stereotype.Component;

/** The data plane as the rest of the platform sees it: told of routes, asked for counts. */
@Component
class Gateway implements Traffic, DrainGate, SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final long DEBOUNCE_MILLIS = 200;
    private static final long MARGIN_SECONDS = 5;

    private final GatewaySettings settings;
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
        this.file = new TableFile(home.resolve("gateway", "routes.json"));
        this.gate = new TokenGate(check, clock);
        this.table = new RouteTable(
                key -> meters.computeIfAbsent(key, unseen -> new EndpointMeter(registry, key, clock.instant())));
    }

    @Override
    public void publish(List<Route> routes) {
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

    @Override
    public int inFlight(String host, int port) {
        return table.inFlight(host, port);
    }

    @Override
    public boolean isDrained(String host, int port) {
        return table.drained(host, port);
    }

    @Override
    public Optional<Counters> counters(Name namespace, Name endpoint) {
        return Optional.ofNullable(meters.get(namespace + "/" + endpoint)).map(EndpointMeter::counters);
    }

    @Override
    public List<Step> recent(Name namespace, Name endpoint) {
        var meter = meters.get(namespace + "/" + endpoint);
        return meter == null ? List.of() : meter.recent();
    }

    /** Where it listens, once started. */
    int port() {
        return workers.getFirst().port();
    }

    @Override
    public void start() {
        table.restore(file.read());
        var started = Vertx.vertx(new VertxOptions()
                .setEventLoopPoolSize(settings.loops())
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        vertx = started;
        for (int i = 0; i < settings.loops(); i++) {
            workers.add(new Worker(settings, table, gate));
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
    public boolean isAutoStartup() {
        return settings.enabled();
    }

    /** Before the API's web server, and stopped after it: the data plane outlives the control plane. */
    @Override
    public int getPhase() {
        return SmartLifecycle.DEFAULT_PHASE - 4096;
    }
}
