package dev.tidewright.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** What programs and tests tell each other: GET asks whether there is a note of a name, POST adds to it. */
final class Notes implements AutoCloseable {

    private final Map<String, String> texts = new ConcurrentHashMap<>();
    private final HttpServer server;

    Notes() {
        try {
            server = HttpServer.create(new InetSocketAddress(0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    String address(String host) {
        return "http://" + host + ":" + server.getAddress().getPort();
    }

    void put(String name) {
        texts.put(name, "");
    }

    void remove(String name) {
        texts.remove(name);
    }

    /** Empty when there is none. */
    String text(String name) {
        return texts.getOrDefault(name, "");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var name = exchange.getRequestURI().getPath().substring(1);
            if (exchange.getRequestMethod().equals("POST")) {
                var text = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
                texts.merge(name, text, String::concat);
            }
            exchange.sendResponseHeaders(texts.containsKey(name) ? 200 : 404, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
