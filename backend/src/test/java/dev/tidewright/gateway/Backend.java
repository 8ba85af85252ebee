package dev.tidewright.gateway;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tidewright.serving.Route.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A replica made of the JDK's own server. */
final class Backend implements AutoCloseable {

    final List<Seen> seen = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private Backend(Answer answer) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 512);
        } catch (IOException fault) {
            throw new UncheckedIOException(fault);
        }
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                answer.to(exchange, this);
            }
        });
        server.start();
    }

    interface Answer {
        void to(HttpExchange exchange, Backend self) throws IOException;
    }

    record Seen(String method, String uri, com.sun.net.httpserver.Headers headers, String body) {}

    static Backend that(Answer answer) {
        return new Backend(answer);
    }

    /** Keeps what it was asked and answers {@code text}. */
    static Backend saying(String text) {
        return new Backend((exchange, self) -> {
            self.keep(exchange);
            reply(exchange, 200, text);
        });
    }

    void keep(HttpExchange exchange) throws IOException {
        seen.add(new Seen(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                exchange.getRequestHeaders(),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
    }

    static void reply(HttpExchange exchange, int status, String text) throws IOException {
        var bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    int port() {
        return server.getAddress().getPort();
    }

    Target as(int revision) {
        return new Target(revision, "127.0.0.1", port());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
