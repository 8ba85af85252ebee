package dev.tidewright.webhooks;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody who is told: a real HTTP server on loopback that keeps what it gets. */
final class Receiver implements AutoCloseable {

    private final HttpServer server;
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private volatile Answer answer = exchange -> reply(exchange, 200, "thanks");

    /** What it does when it is called. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    /** What it got, with the headers that matter; {@code ""} for one that was not there. */
    record Call(String id, String timestamp, String signature, String type, String body) {

        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    /** @param port 0 for any */
    Receiver(int port) {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", port), 50);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            calls.add(new Call(
                    header(exchange, "X-MLflow-Delivery-Id"),
                    header(exchange, "X-MLflow-Timestamp"),
                    header(exchange, "X-MLflow-Signature"),
                    header(exchange, "Content-Type"),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            answer.to(exchange);
            exchange.close();
        });
        server.start();
    }

    static void reply(HttpExchange exchange, int status, String text) throws IOException {
        var body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    void answers(Answer next) {
        answer = next;
    }

    void answers(int status) {
        answer = exchange -> reply(exchange, status, "");
    }

    String url() {
        return "http://127.0.0.1:" + port() + "/hook";
    }

    int port() {
        return server.getAddress().getPort();
    }

    List<Call> calls() {
        return calls;
    }

    private static String header(HttpExchange exchange, String name) {
        var value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
