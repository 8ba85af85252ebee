package dev.tidewright.gateway;

import dev.tidewright.gateway.TokenGate.Verdict;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One event loop: its share of the callers' connections, its own connections to replicas, its requests under way. */
final class Worker extends VerticleBase {

    private static final long SWEEP_MILLIS = 100;

    private final GatewaySettings settings;
    private final RouteTable table;
    private final TokenGate gate;
    private final BooleanSupplier running;
    private final Set<Exchange> underWay = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<HttpConnection> unused =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));
    private @Nullable HttpClientAgent client;
    private @Nullable HttpServer server;

    Worker(GatewaySettings settings, RouteTable table, TokenGate gate, BooleanSupplier running) {
        this.settings = settings;
        this.table = table;
        this.gate = gate;
        this.running = running;
    }

    @Override
    public Future<?> start() {
        client = vertx.httpClientBuilder()
                .with(new HttpClientOptions()
                        .setConnectTimeout((int) settings.timeouts().connect().toMillis())
                        .setKeepAliveTimeout(Math.max(
                                1, (int) settings.timeouts().keepAlive().toSeconds()))
                        .setMaxHeaderSize((int) settings.limits().header().toBytes() * 4)
                        .setTcpNoDelay(true))
                .with(new PoolOptions()
                        .setHttp1MaxSize(settings.limits().connections())
                        .setMaxWaitQueueSize(settings.limits().connections() * 4)
                        .setCleanerPeriod(500))
                .withConnectHandler(unused::add)
                .build();
        // The idle limit of the connection must not cut off who waits for a slow answer: exchanges have their own.
        var patience =
                settings.timeouts().answer().plus(settings.timeouts().idle()).plusSeconds(15);
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setMaxHeaderSize((int) settings.limits().header().toBytes())
                        .setMaxInitialLineLength(
                                (int) settings.limits().header().toBytes())
                        .setIdleTimeout((int) patience.toSeconds())
                        .setIdleTimeoutUnit(TimeUnit.SECONDS)
                        .setHandle100ContinueAutomatically(false)
                        .setHttp2ClearTextEnabled(false)
                        .setAcceptBacklog(1024))
                .requestHandler(this::handle)
                .invalidRequestHandler(this::refuse);
        vertx.setPeriodic(SWEEP_MILLIS, tick -> sweep());
        // A negative port: any free one, but the same for all workers.
        return server.listen(settings.port() == 0 ? -1 : settings.port(), settings.address());
    }

    int port() {
        return server().actualPort();
    }

    /** Takes no new connections and lets requests under way end. */
    Future<Void> drain() {
        return server().shutdown(settings.timeouts().stop().toMillis(), TimeUnit.MILLISECONDS);
    }

    GatewaySettings settings() {
        return settings;
    }

    RouteTable table() {
        return table;
    }

    HttpClientAgent client() {
        return Objects.requireNonNull(client, "not started");
    }

    private HttpServer server() {
        return Objects.requireNonNull(server, "not started");
    }

    void add(Exchange exchange) {
        underWay.add(exchange);
    }

    void remove(Exchange exchange) {
        underWay.remove(exchange);
    }

    /** True when the connection has carried a request before. Marks it as used. */
    boolean wasUsed(HttpConnection connection) {
        return !unused.remove(connection);
    }

    private void sweep() {
        var now = System.nanoTime();
        for (var exchange : new ArrayList<>(underWay)) {
            exchange.checkTime(now);
        }
    }

    private void handle(HttpServerRequest request) {
        var requestId = ProxyHeaders.requestId(request);
        if (!running.getAsBoolean()) {
            // It will stop soon: whoever keeps the connection is told to take another.
            request.response().putHeader("Connection", "close");
        }
        if (request.uri().startsWith("/-/")) {
            own(request, requestId);
            return;
        }
        var call = Call.of(request.uri());
        if (call == null) {
            Problem.notFound().answer(request, requestId);
            return;
        }
        var lane = table.lane(call.key());
        if (lane != null && lane.route().open()) {
            new Exchange(this, lane, call, request, requestId).begin();
        } else {
            guarded(request, call, requestId);
        }
    }

    /** Under a name that no namespace can have: for those who start gateways or spread requests over several. */
    private void own(HttpServerRequest request, String requestId) {
        var response = request.response().putHeader("Content-Type", "text/plain");
        switch (request.uri()) {
            case "/-/healthy" -> response.end("ok\n");
            case "/-/ready" -> {
                var yes = running.getAsBoolean() && table.known();
                response.setStatusCode(yes ? 200 : 503).end(yes ? "ok\n" : "stopping, or without a table yet\n");
            }
            default -> Problem.notFound().answer(request, requestId);
        }
    }

    /** Private or unknown: the same answers, so that a stranger cannot tell which. */
    private void guarded(HttpServerRequest request, Call call, String requestId) {
        var namespace = call.namespace();
        if (namespace == null) {
            Problem.notFound().answer(request, requestId);
            return;
        }
        var token = ProxyHeaders.token(request);
        if (token == null) {
            Problem.unauthenticated().answer(request, requestId);
            return;
        }
        var verdict = gate.ask(token, namespace);
        if (verdict.isDone()) {
            decided(request, call, requestId, verdict.join());
            return;
        }
        request.pause();
        var _ = verdict.thenAccept(late -> context.runOnContext(on -> decided(request, call, requestId, late)));
    }

    private void decided(HttpServerRequest request, Call call, String requestId, Verdict verdict) {
        switch (verdict) {
            case YES -> {
                var lane = table.lane(call.key());
                if (lane == null) {
                    Problem.notFound().answer(request, requestId);
                } else {
                    new Exchange(this, lane, call, request, requestId).begin();
                }
            }
            case NO -> Problem.unauthenticated().answer(request, requestId);
            case UNKNOWN -> Problem.accessUnknown().answer(request, requestId);
        }
    }

    private void refuse(HttpServerRequest request) {
        var cause = request.decoderResult().cause();
        var problem = cause instanceof TooLongHttpHeaderException
                ? Problem.headerTooLarge(settings.limits().header().toBytes())
                : cause instanceof TooLongHttpLineException ? Problem.uriTooLong() : Problem.malformed();
        request.response().putHeader("Connection", "close");
        problem.answer(request, ProxyHeaders.requestId(request));
        request.connection().close();
    }
}
