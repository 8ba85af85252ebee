package dev.tidewright.gateway;

import static dev.tidewright.gateway.RunningGateway.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tidewright.serving.Route.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Replicas and callers that misbehave. */
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // the bytes on the wire end their lines with CR LF
class GatewayFailureTest {

    @TempDir
    Path home;

    private RunningGateway gateway;

    @BeforeEach
    void start() {
        gateway = new RunningGateway(
                home, RunningGateway.settings(Duration.ofMillis(700), Duration.ofMillis(1_500), "1MB"));
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    @Test
    void whileNobodyIsReadyTheAnswerSaysWhy() throws Exception {
        gateway.publish(open("e"));
        var answer = gateway.post("/demo/e/predict", "{}");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body())
                .contains(
                        "\"type\":\"/problems/no-ready-replica\"",
                        "\"code\":\"no-ready-replica\"",
                        "starting since 12:00");
        assertThat(gateway.counters("e").failures()).isEqualTo(1);
    }

    @Test
    void refusedConnectionsAreTriedElsewhere() throws Exception {
        try (var backend = Backend.saying("ok")) {
            gateway.publish(open("e", nobody(), backend.as(1), nobody()));
            for (int i = 0; i < 20; i++) {
                assertThat(gateway.post("/demo/e/", "{}").body()).isEqualTo("ok");
            }
            assertThat(backend.seen).hasSize(20);
        }
    }

    @Test
    void whenEverybodyRefusesTheAnswerIsBadGateway() throws Exception {
        gateway.publish(open("e", nobody(), nobody()));
        var answer = gateway.post("/demo/e/", "{}");
        assertThat(answer.statusCode()).isEqualTo(502);
        assertThat(answer.body()).contains("\"code\":\"upstream-failed\"");
        assertThat(gateway.counters("e").inFlight()).isZero();
    }

    @Test
    void connectionsThatDoNotComeAboutTimeOut() throws Exception {
        try (var full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var filling = new ArrayList<Socket>();
            for (int i = 0; i < 4; i++) {
                var socket = new Socket();
                filling.add(socket);
                try {
                    socket.connect(full.getLocalSocketAddress(), 200);
                } catch (IOException late) {
                    break;
                }
            }
            gateway.publish(open("e", new Target(1, "127.0.0.1", full.getLocalPort())));
            var answer = gateway.get("/demo/e/");
            assertThat(answer.statusCode()).isEqualTo(504);
            assertThat(answer.body()).contains("\"code\":\"upstream-timeout\"");
            for (var socket : filling) {
                socket.close();
            }
        }
    }

    @Test
    void keptConnectionsThatCloseAreReplacedForRequestsThatMayBeRepeated() throws Exception {
        try (var backend = RawBackend.that((socket, self) -> {
            self.head(socket);
            RawBackend.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            // The next request on this connection is read, and the connection closed without an answer.
            self.head(socket);
        })) {
            gateway.publish(open("e", backend.as(1)));
            try (var socket = gateway.connect()) {
                for (int i = 0; i < 5; i++) {
                    assertThat(over(socket, "GET")).startsWith("HTTP/1.1 200");
                }
                var before = backend.heads.size();
                var status = over(socket, "POST");
                assertThat(status).startsWith("HTTP/1.1 502");
                assertThat(backend.heads).hasSize(before + 1);
            }
        }
    }

    private static String over(Socket socket, String method) throws IOException {
        RawBackend.write(socket, method + " /demo/e/ HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
        var head = RawBackend.readHead(socket);
        if (head.startsWith("HTTP/1.1 200")) {
            socket.getInputStream().readNBytes(2);
        }
        return head;
    }

    @Test
    void idleConnectionsAreClosedBeforeServersDo() throws Exception {
        try (var backend = RawBackend.that((socket, self) -> {
            self.head(socket);
            RawBackend.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            self.heads.add(self.head(socket).isEmpty() ? "closed by the gateway" : "again");
        })) {
            gateway.publish(open("e", backend.as(1)));
            gateway.get("/demo/e/");
            await().atMost(Duration.ofSeconds(5)).until(() -> backend.heads.contains("closed by the gateway"));
        }
    }

    @Test
    void freshConnectionsThatBreakAreNotRepeated() throws Exception {
        try (var backend = RawBackend.that((socket, self) -> self.head(socket))) {
            gateway.publish(open("e", backend.as(1)));
            var answer = gateway.get("/demo/e/");
            assertThat(answer.statusCode()).isEqualTo(502);
            assertThat(backend.heads).hasSize(1);
        }
    }

    @Test
    void answersThatBreakOffDoSoForTheCallerToo() throws Exception {
        try (var backend = RawBackend.that((socket, self) -> {
            self.head(socket);
            RawBackend.write(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        })) {
            gateway.publish(open("e", backend.as(1)));
            assertThatThrownBy(() -> gateway.get("/demo/e/")).isInstanceOf(IOException.class);
            await().until(() -> gateway.counters("e").failures() == 1);
            assertThat(gateway.gateway.inFlight("127.0.0.1", backend.port())).isZero();
        }
    }

    @Test
    void nonsenseFromAReplicaIsBadGateway() throws Exception {
        try (var backend = RawBackend.that((socket, self) -> {
            self.head(socket);
            RawBackend.write(socket, "SSH-2.0-OpenSSH\r\n\r\n");
        })) {
            gateway.publish(open("e", backend.as(1)));
            assertThat(gateway.get("/demo/e/").statusCode()).isEqualTo(502);
        }
    }

    @Test
    void answersThatDoNotComeTimeOut() throws Exception {
        try (var backend = RawBackend.that((socket, self) -> {
            self.head(socket);
            self.head(socket);
        })) {
            gateway.publish(open("e", backend.as(1)));
            var answer = gateway.post("/demo/e/", "{}");
            assertThat(answer.statusCode()).isEqualTo(504);
            assertThat(answer.body()).contains("\"code\":\"upstream-timeout\"");
            assertThat(gateway.gateway.inFlight("127.0.0.1", backend.port())).isZero();
        }
    }

    @Test
    void callersThatStopSendingTimeOut() throws Exception {
        try (var backend = Backend.saying("ok")) {
            gateway.publish(open("e", backend.as(1)));
            assertThat(gateway.raw("POST /demo/e/ HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"))
                    .startsWith("HTTP/1.1 408");
            assertThat(backend.seen).isEmpty();
        }
    }

    @Test
    void callersThatGoAwayFreeTheReplica() throws Exception {
        try (var backend = RawBackend.that((socket, self) -> {
            self.head(socket);
            RawBackend.write(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            self.heads.add(self.head(socket).isEmpty() ? "let go" : "?");
        })) {
            gateway.publish(open("e", backend.as(1)));
            try (var socket = gateway.connect()) {
                RawBackend.write(socket, "GET /demo/e/ HTTP/1.1\r\nHost: h\r\n\r\n");
                RawBackend.readHead(socket);
                assertThat(gateway.gateway.inFlight("127.0.0.1", backend.port()))
                        .isEqualTo(1);
            }
            await().until(() -> backend.heads.contains("let go"));
            await().until(() -> gateway.gateway.inFlight("127.0.0.1", backend.port()) == 0);
            await().until(() -> gateway.counters("e").requests() == 1);
            assertThat(gateway.counters("e").failures()).isZero();
        }
    }

    @Test
    void bodiesOverTheLimitAreRefused() throws Exception {
        try (var backend = Backend.saying("ok")) {
            gateway.publish(open("e", backend.as(1)));
            try (var socket = gateway.connect()) {
                RawBackend.write(socket, "POST /demo/e/ HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n");
                assertThat(RawBackend.readHead(socket)).startsWith("HTTP/1.1 413");
            }
            assertThat(backend.seen).isEmpty();
            try (var socket = gateway.connect()) {
                RawBackend.write(socket, "POST /demo/e/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
                var chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
                for (int i = 0; i < 17; i++) {
                    RawBackend.write(socket, chunk);
                }
                assertThat(RawBackend.readHead(socket)).startsWith("HTTP/1.1 413");
            }
            assertThat(gateway.send(gateway.request("/demo/e/").POST(BodyPublishers.ofByteArray(new byte[900_000])))
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void headsOverTheLimitAreRefused() throws Exception {
        try (var backend = Backend.saying("ok")) {
            gateway.publish(open("e", backend.as(1)));
            assertThat(gateway.raw("GET /demo/e/ HTTP/1.1\r\nHost: h\r\nX-A: " + "x".repeat(17_000) + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 431")
                    .contains("header-too-large");
            assertThat(gateway.raw("GET /demo/e/" + "x".repeat(17_000) + " HTTP/1.1\r\nHost: h\r\n\r\n"))
                    .contains(" 414 ");
            assertThat(gateway.raw("NONSENSE\r\n\r\n")).contains(" 400 ");
            assertThat(backend.seen).isEmpty();
        }
    }

    private static Target nobody() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return new Target(1, "127.0.0.1", socket.getLocalPort());
        }
    }
}
