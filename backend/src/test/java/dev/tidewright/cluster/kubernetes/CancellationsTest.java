package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import okio.Buffer;
import okio.Source;
import okio.Timeout;
import org.junit.jupiter.api.Test;

class CancellationsTest {

    private static final int STREAMS = 300;

    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch cancelled = new CountDownLatch(1);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicInteger together = new AtomicInteger();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    @Test
    void whoeverClosesItEndsTheReaderFirstAndIsAlone() throws Exception {
        var source = new Cancellations.OneReader(endless(), cancelled::countDown);
        var reader = CompletableFuture.runAsync(() -> {
            try {
                source.read(new Buffer(), 1);
            } catch (IOException ended) {
                // as it is to be
            }
        });
        assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();
        source.close();
        reader.get(10, TimeUnit.SECONDS);
        assertThat(cancelled.getCount()).as("the reader was ended").isZero();
        assertThat(isClosed).isTrue();
        assertThat(together).as("two at once").hasValue(0);
        assertThatThrownBy(() -> source.read(new Buffer(), 1)).isInstanceOf(IOException.class);
    }

    @Test
    void whatHasComeToItsEndIsNotCancelled() throws Exception {
        var source = new Cancellations.OneReader(new Buffer(), cancelled::countDown);
        assertThat(source.read(new Buffer(), 1)).isEqualTo(-1);
        source.close();
        assertThat(cancelled.getCount()).isEqualTo(1);
    }

    /** Were it read and closed at once, connections would stay open until no more are given. */
    @Test
    void aLogThatIsReadCanBeCancelledAtAnyTime() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var left = new AtomicInteger();
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> endlessly(exchange, left));
        server.start();
        var uncaught = new ConcurrentLinkedQueue<Throwable>();
        var before = Thread.getDefaultUncaughtExceptionHandler();
        Thread.setDefaultUncaughtExceptionHandler((thread, failure) -> uncaught.add(failure));
        var address = "http://127.0.0.1:" + server.getAddress().getPort();
        try (var client = Clients.of(TestKubernetes.settings(TestKubernetes.kubeconfig(address), "", "cancelled"))) {
            for (var i = 0; i < STREAMS; i++) {
                var came = new CountDownLatch(1 + i % 5);
                var http = client.getHttpClient();
                var request = http.newHttpRequestBuilder()
                        .uri(URI.create(address + "/api/v1/namespaces/a/pods/b/log"))
                        .forStreaming()
                        .build();
                var body = http.consumeBytes(request, (bytes, stream) -> {
                            came.countDown();
                            stream.consume();
                        })
                        .get(10, TimeUnit.SECONDS)
                        .body();
                body.consume();
                assertThat(came.await(10, TimeUnit.SECONDS)).isTrue();
                body.cancel();
            }
            await().atMost(Duration.ofSeconds(10))
                    .untilAsserted(
                            () -> assertThat(left).as("connections closed").hasValue(STREAMS));
            assertThat(uncaught).isEmpty();
        } finally {
            Thread.setDefaultUncaughtExceptionHandler(before);
            server.stop(0);
        }
    }

    private static void endlessly(HttpExchange exchange, AtomicInteger left) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try {
            while (true) {
                exchange.getResponseBody().write("line\n".getBytes(StandardCharsets.UTF_8));
                exchange.getResponseBody().flush();
            }
        } catch (IOException closed) {
            left.incrementAndGet();
        }
    }

    /** Nothing comes of it until it is cancelled, and the reader is a moment about that. */
    private Source endless() {
        return new Source() {
            @Override
            public long read(Buffer sink, long most) throws IOException {
                alone(() -> {
                    reading.countDown();
                    if (cancelled.await(5, TimeUnit.SECONDS)) {
                        Thread.sleep(50);
                    }
                });
                throw new IOException("the socket is closed");
            }

            @Override
            public Timeout timeout() {
                return Timeout.NONE;
            }

            @Override
            public void close() throws IOException {
                alone(() -> isClosed.set(true));
            }
        };
    }

    private void alone(Step step) throws IOException {
        if (inside.incrementAndGet() > 1) {
            together.incrementAndGet();
        }
        try {
            step.run();
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            inside.decrementAndGet();
        }
    }

    private interface Step {
        void run() throws InterruptedException;
    }
}
