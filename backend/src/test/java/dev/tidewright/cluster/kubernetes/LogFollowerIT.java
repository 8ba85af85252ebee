package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The log of a container that has ended, from an API server that is slow to answer. */
class LogFollowerIT {

    private static final String LINE = "2026-11-22T12:00:00.123456789Z one\n";

    private final String uid = UUID.randomUUID().toString();
    private final WorkloadId id = new WorkloadId(new Name("kept-logs"), "job", uid);
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch isRead = new CountDownLatch(1);
    private final CountDownLatch isClosed = new CountDownLatch(1);

    @Test
    void anAnswerThatComesTooLateIsClosed() throws Exception {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::answer);
        server.start();
        var address = "http://127.0.0.1:" + server.getAddress().getPort();
        var logs = TestKubernetes.logs("follower-" + uid);
        logs.beat();
        try (var client = Clients.of(TestKubernetes.settings(TestKubernetes.kubeconfig(address), "", "follower"))) {
            new LogFollower(client, logs, InstantSource.system(), new LogFollower.Of(id, "0"), ended(), () -> {}).run();
            assertThat(logs.read(id, "0", 0, 100, false).text()).isEqualTo("one\n");
            isRead.countDown();
            assertThat(isClosed.await(20, TimeUnit.SECONDS))
                    .as("the first connection is closed")
                    .isTrue();
        } finally {
            server.stop(0);
            logs.forget(id);
        }
    }

    /** To the first request only when nobody waits for it any more, and then without end. */
    private void answer(HttpExchange exchange) throws IOException {
        if (asked.incrementAndGet() > 1) {
            send(exchange);
            exchange.close();
            return;
        }
        try {
            isRead.await();
            while (true) {
                send(exchange);
            }
        } catch (IOException closed) {
            isClosed.countDown();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange) throws IOException {
        if (exchange.getResponseCode() < 0) {
            exchange.sendResponseHeaders(200, 0);
        }
        exchange.getResponseBody().write(LINE.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
    }

    private Pod ended() {
        return new PodBuilder()
                .withNewMetadata()
                .withName("train-a1-x")
                .withNamespace("kept-logs")
                .withUid(uid)
                .endMetadata()
                .withNewStatus()
                .withPhase("Succeeded")
                .addNewContainerStatus()
                .withName(Manifests.CONTAINER)
                .withRestartCount(0)
                .withNewState()
                .withNewTerminated()
                .withExitCode(0)
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }
}
