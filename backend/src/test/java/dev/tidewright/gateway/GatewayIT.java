package dev.tidewright.gateway;

import static dev.tidewright.gateway.RunningGateway.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidewright.serving.Route.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The gateway under load and with large bodies. */
@Timeout(180)
@SuppressWarnings("StringConcatToTextBlock") // the bytes on the wire end their lines with CR LF
class GatewayIT {

    private static final int CLIENTS = 8;
    private static final int REQUESTS = 5_000;
    private static final int UPDATES = 20;
    private static final long LARGE = 50L << 20;

    /** What sockets and buffers on the way may hold of a body that nobody reads. */
    private static final long HELD = 24L << 20;

    @TempDir
    Path home;

    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = RunningGateway.in(home);
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void updatesLoseNothing() throws Exception {
        var left = new AtomicInteger(REQUESTS);
        var done = new AtomicInteger();
        var failed = new ArrayList<String>();
        var current = new ArrayList<Backend>(List.of(Backend.saying("r1"), Backend.saying("r1")));
        gateway.publish(route(current, 1));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var clients = new ArrayList<Future<?>>();
            for (int i = 0; i < CLIENTS; i++) {
                Callable<Void> client = () -> {
                    while (left.getAndDecrement() > 0) {
                        var problem = ask(done.get());
                        done.incrementAndGet();
                        if (!problem.isEmpty()) {
                            synchronized (failed) {
                                failed.add(problem);
                            }
                        }
                    }
                    return null;
                };
                clients.add(threads.submit(client));
            }
            for (int update = 1; update <= UPDATES; update++) {
                var due = REQUESTS / (UPDATES + 1) * update;
                await().atMost(Duration.ofMinutes(2)).until(() -> done.get() >= due);
                var fresh = List.of(Backend.saying("r" + (update + 1)), Backend.saying("r" + (update + 1)));
                gateway.publish(route(fresh, update + 1));
                for (var old : current) {
                    await().until(() -> gateway.gateway.isDrained("127.0.0.1", old.port()));
                    old.close();
                }
                current.clear();
                current.addAll(fresh);
            }
            for (var client : clients) {
                client.get();
            }
        }
        current.forEach(Backend::close);
        assertThat(failed).isEmpty();
        assertThat(done).hasValue(REQUESTS);
        await().until(() -> gateway.counters("e").requests() == REQUESTS);
        assertThat(gateway.counters("e").failures()).isZero();
    }

    private String ask(int number) {
        try {
            var answer = number % 2 == 0
                    ? gateway.post("/demo/e/predict", "{\"n\": " + number + "}")
                    : gateway.get("/demo/e/x");
            var revision = answer.headers().firstValue("X-Serving-Revision").orElse("none");
            return answer.statusCode() == 200 && answer.body().equals("r" + revision)
                    ? ""
                    : answer.statusCode() + " " + revision + " " + answer.body();
        } catch (IOException fault) {
            return fault.toString();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return stopped.toString();
        }
    }

    private static dev.tidewright.serving.Route route(List<Backend> backends, int revision) {
        return open("e", backends.stream().map(backend -> backend.as(revision)).toArray(Target[]::new));
    }

    @Test
    void largeUploadsAreNotHeldInMemory() throws Exception {
        var read = new CountDownLatch(1);
        var arrived = new AtomicLong();
        try (var backend = Backend.that((exchange, self) -> {
                    GatewayTest.uninterrupted(read);
                    arrived.set(drain(exchange.getRequestBody()));
                    Backend.reply(exchange, 200, "done");
                });
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var socket = gateway.connect()) {
            gateway.publish(open("e", backend.as(1)));
            var sent = new AtomicLong();
            var _ = threads.submit(() -> {
                RawBackend.write(
                        socket,
                        "POST /demo/e/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " + LARGE
                                + "\r\n\r\n");
                var part = new byte[1 << 16];
                while (sent.get() < LARGE) {
                    socket.getOutputStream().write(part);
                    sent.addAndGet(part.length);
                }
                return null;
            });
            await().during(Duration.ofSeconds(1)).until(() -> sent.get() < HELD && sent.get() > 0);
            read.countDown();
            assertThat(RawBackend.readHead(socket)).startsWith("HTTP/1.1 200");
            assertThat(arrived).hasValue(LARGE);
        }
    }

    @Test
    void largeAnswersWaitForSlowCallers() throws Exception {
        var written = new AtomicLong();
        try (var backend = Backend.that((exchange, self) -> {
                    exchange.sendResponseHeaders(200, LARGE);
                    var part = new byte[1 << 16];
                    while (written.get() < LARGE) {
                        exchange.getResponseBody().write(part);
                        written.addAndGet(part.length);
                    }
                });
                var socket = gateway.connect()) {
            gateway.publish(open("e", backend.as(1)));
            RawBackend.write(socket, "GET /demo/e/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            await().during(Duration.ofSeconds(1)).until(() -> written.get() < HELD && written.get() > 0);
            assertThat(RawBackend.readHead(socket)).startsWith("HTTP/1.1 200");
            assertThat(drain(socket.getInputStream())).isEqualTo(LARGE);
        }
    }

    private static long drain(java.io.InputStream in) throws IOException {
        var part = new byte[1 << 16];
        long sum = 0;
        for (int count = in.read(part); count >= 0; count = in.read(part)) {
            sum += count;
        }
        return sum;
    }

    @Test
    void manyCallersAtOnceAreAllAnswered() throws Exception {
        try (var backend = Backend.that((exchange, self) -> {
                    var body = exchange.getRequestBody().readAllBytes();
                    Backend.reply(exchange, 200, new String(body, StandardCharsets.UTF_8));
                });
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            gateway.publish(open("e", backend.as(1)));
            var answers = new ArrayList<Future<String>>();
            for (int i = 0; i < 200; i++) {
                var text = "n" + i;
                answers.add(threads.submit(() -> gateway.post("/demo/e/", text).body()));
            }
            for (int i = 0; i < answers.size(); i++) {
                assertThat(answers.get(i).get()).isEqualTo("n" + i);
            }
        }
    }
}
