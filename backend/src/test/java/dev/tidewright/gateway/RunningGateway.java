package dev.tidewright.gateway;

import dev.tidewright.kernel.Home;
import dev.tidewright.kernel.Name;
import dev.tidewright.serving.Route;
import dev.tidewright.serving.Route.Target;
import dev.tidewright.serving.Traffic.Counters;
import dev.tidewright.tenancy.InvokeCheck;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.util.unit.DataSize;

/** A gateway on a free port with a clock that is turned by hand. */
final class RunningGateway implements AutoCloseable {

    static final String TOKEN = "good";

    final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    final AtomicReference<InvokeCheck> check = new AtomicReference<>(
            (token, namespace) -> token.equals(TOKEN) && namespace.value().equals("demo"));
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final Gateway gateway;
    final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();

    RunningGateway(Path home, GatewaySettings settings) {
        gateway = new Gateway(
                settings, new Home(home), (token, name) -> check.get().mayInvoke(token, name), meters, now::get);
        gateway.start();
    }

    static RunningGateway in(Path home) {
        return new RunningGateway(home, settings(Duration.ofSeconds(10), Duration.ofSeconds(10), "512MB"));
    }

    static GatewaySettings settings(Duration answer, Duration idle, String body) {
        return new GatewaySettings(
                "test",
                "127.0.0.1",
                0,
                2,
                new GatewaySettings.Timeouts(
                        Duration.ofSeconds(2),
                        answer,
                        idle,
                        Duration.ofSeconds(1),
                        Duration.ZERO,
                        Duration.ofSeconds(10)),
                new GatewaySettings.Limits(DataSize.parse("16KB"), DataSize.parse(body), 256));
    }

    static Route open(String endpoint, Target... targets) {
        return new Route(Name.of("demo"), Name.of(endpoint), true, Arrays.asList(targets), "starting since 12:00");
    }

    static Route closed(String endpoint, Target... targets) {
        return new Route(Name.of("demo"), Name.of(endpoint), false, Arrays.asList(targets), "starting since 12:00");
    }

    void publish(Route... routes) {
        gateway.publish(List.of(routes));
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + gateway.port() + path);
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
        return send(request(path).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** Sends bytes as they are and reads until the gateway closes the connection. */
    String raw(String text) throws IOException {
        try (var socket = connect()) {
            RawBackend.write(socket, text);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    Counters counters(String endpoint) {
        return gateway.counters(Name.of("demo"), Name.of(endpoint)).orElseThrow();
    }

    void turn(Duration by) {
        now.updateAndGet(instant -> instant.plus(by));
    }

    @Override
    public void close() {
        gateway.stop();
        http.close();
    }
}
