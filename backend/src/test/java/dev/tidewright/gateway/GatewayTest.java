package dev.tidewright.gateway;

import static dev.tidewright.gateway.RunningGateway.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidewright.kernel.Name;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What passes, how it is spread, and what is counted. */
@Timeout(60)
@SuppressWarnings("StringConcatToTextBlock") // the bytes on the wire end their lines with CR LF
class GatewayTest {

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
    void requestsPassUnchangedAndAnswersNameTheirRevision() throws Exception {
        try (var backend = Backend.saying("42")) {
            gateway.publish(open("diabetes", backend.as(7)));
            var answer = gateway.send(gateway.request("/demo/diabetes/v1/models/m:predict?a=1&b=%20x")
                    .header("X-Mine", "kept")
                    .header("X-Request-Id", "abc-1")
                    .header("Authorization", "Bearer of-the-service")
                    .header("X-Tidewright-Token", "secret")
                    .header("X-Forwarded-For", "10.1.1.1")
                    .method("PATCH", BodyPublishers.ofString("{\"features\": [1]}")));

            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("42");
            assertThat(answer.headers().firstValue("X-Serving-Revision")).contains("7");
            assertThat(answer.headers().firstValue("X-Request-Id")).contains("abc-1");
            var seen = backend.seen.getFirst();
            assertThat(seen.method()).isEqualTo("PATCH");
            assertThat(seen.uri()).isEqualTo("/v1/models/m:predict?a=1&b=%20x");
            assertThat(seen.body()).isEqualTo("{\"features\": [1]}");
            assertThat(seen.headers().get("X-Mine")).containsExactly("kept");
            assertThat(seen.headers().get("X-Request-Id")).containsExactly("abc-1");
            assertThat(seen.headers().get("X-Forwarded-For")).containsExactly("10.1.1.1, 127.0.0.1");
            assertThat(seen.headers().get("X-Forwarded-Proto")).containsExactly("http");
            assertThat(seen.headers().get("X-Forwarded-Host"))
                    .containsExactly("127.0.0.1:" + gateway.gateway.port())
                    .isEqualTo(seen.headers().get("Host"));
            assertThat(seen.headers().get("Authorization")).containsExactly("Bearer of-the-service");
            assertThat(seen.headers()).doesNotContainKey("X-tidewright-token");
        }
    }

    @Test
    void whatACallerShowsToThePlatformStaysHereAndNoReplicaSetsIt() throws Exception {
        try (var backend = Backend.that((exchange, self) -> {
            self.keep(exchange);
            exchange.getResponseHeaders().add("Set-Cookie", "TIDEWRIGHT_SESSION_8080=mine; Path=/");
            exchange.getResponseHeaders().add("Set-Cookie", "cart=7");
            exchange.getResponseHeaders().add("Clear-Site-Data", "\"cookies\"");
            Backend.reply(exchange, 200, "x");
        })) {
            gateway.publish(open("e", backend.as(1)));
            var answer = gateway.send(gateway.request("/demo/e/")
                    .header("Authorization", "Bearer tw_of-a-person")
                    .header("Cookie", "a=1; TIDEWRIGHT_SESSION_8080=secret; tidewright_session_9=x; b=\"2\""));
            assertThat(answer.headers().allValues("Set-Cookie")).containsExactly("cart=7");
            assertThat(answer.headers().map()).doesNotContainKey("Clear-Site-Data");
            gateway.send(gateway.request("/demo/e/").header("Cookie", "TIDEWRIGHT_SESSION_8080=secret"));
            gateway.send(gateway.request("/demo/e/").header("Authorization", "Bearer tww.job.of-a-workload"));
            assertThat(backend.seen)
                    .extracting(seen -> seen.headers().getFirst("Cookie"))
                    .containsExactly("a=1; b=\"2\"", null, null);
            assertThat(backend.seen)
                    .allSatisfy(seen -> assertThat(seen.headers()).doesNotContainKey("Authorization"));
        }
    }

    @Test
    void pathsWithoutARestAreTheRoot() throws Exception {
        try (var backend = Backend.saying("root")) {
            gateway.publish(open("e", backend.as(1)));
            gateway.get("/demo/e");
            gateway.get("/demo/e?q=1");
            gateway.get("/demo/e/");
            assertThat(backend.seen).extracting(Backend.Seen::uri).containsExactly("/", "/?q=1", "/");
        }
    }

    @Test
    void everyRequestGetsAnId() throws Exception {
        try (var backend = Backend.saying("x")) {
            gateway.publish(open("e", backend.as(1)));
            var ids = new HashSet<String>();
            for (int i = 0; i < 10; i++) {
                ids.add(gateway.get("/demo/e/")
                        .headers()
                        .firstValue("X-Request-Id")
                        .orElseThrow());
            }
            assertThat(ids).hasSize(10).allMatch(id -> id.matches("[0-9a-f]{32}"));
            assertThat(backend.seen)
                    .extracting(seen -> seen.headers().getFirst("X-Request-Id"))
                    .containsExactlyInAnyOrderElementsOf(ids);
        }
    }

    @Test
    void hopByHopFieldsStopHere() throws Exception {
        try (var backend = RawBackend.that((socket, self) -> {
            self.head(socket);
            RawBackend.write(
                    socket,
                    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nKeep-Alive: timeout=5\r\nX-Hop: 1\r\nX-Kept: 1\r\n"
                            + "Connection: X-Hop, close\r\n\r\nx");
        })) {
            gateway.publish(open("e", backend.as(1)));
            var answer = gateway.raw(
                    "GET /demo/e/ HTTP/1.1\r\nHost: h\r\nConnection: X-Mine\r\nConnection: close\r\nX-Mine: 1\r\n"
                            + "TE: trailers\r\nProxy-Authorization: x\r\nX-Stays: 1\r\nUpgrade: h2c\r\n\r\n");

            assertThat(answer)
                    .startsWith("HTTP/1.1 200 OK")
                    .containsIgnoringCase("X-Kept: 1")
                    .endsWith("\r\n\r\nx");
            assertThat(answer).doesNotContainIgnoringCase("X-Hop").doesNotContainIgnoringCase("timeout=5");
            assertThat(backend.heads.getFirst())
                    .containsIgnoringCase("X-Stays: 1")
                    .doesNotContainIgnoringCase("X-Mine")
                    .doesNotContainIgnoringCase("TE:")
                    .doesNotContainIgnoringCase("h2c")
                    .doesNotContainIgnoringCase("Proxy-Authorization");
        }
    }

    @Test
    void theReplicaWithTheFewestRequestsIsAsked() throws Exception {
        var hold = new CountDownLatch(1);
        try (var busy = Backend.that((exchange, self) -> {
                    self.keep(exchange);
                    uninterrupted(hold);
                    Backend.reply(exchange, 200, "busy");
                });
                var free = Backend.saying("free")) {
            gateway.publish(open("e", busy.as(1)));
            var held = gateway.http.sendAsync(gateway.request("/demo/e/held").build(), BodyHandlers.ofString());
            await().until(() -> busy.seen.size() == 1);
            gateway.publish(open("e", busy.as(1), free.as(2)));
            for (int i = 0; i < 10; i++) {
                assertThat(gateway.get("/demo/e/").body()).isEqualTo("free");
            }
            assertThat(gateway.gateway.inFlight("127.0.0.1", busy.port())).isEqualTo(1);
            hold.countDown();
            assertThat(held.get(10, TimeUnit.SECONDS).body()).isEqualTo("busy");
            await().until(() -> gateway.gateway.inFlight("127.0.0.1", busy.port()) == 0);
        }
    }

    @Test
    void equalsTakeTurns() throws Exception {
        try (var a = Backend.saying("a");
                var b = Backend.saying("b");
                var c = Backend.saying("c")) {
            gateway.publish(open("e", a.as(1), b.as(1), c.as(1)));
            for (int i = 0; i < 9; i++) {
                gateway.get("/demo/e/");
            }
            assertThat(a.seen).hasSize(3);
            assertThat(b.seen).hasSize(3);
            assertThat(c.seen).hasSize(3);
        }
    }

    @Test
    void headAndEmptyAnswersKeepTheirFraming() throws Exception {
        try (var backend = RawBackend.that((socket, self) -> {
            for (var head = self.head(socket); !head.isEmpty(); head = self.head(socket)) {
                RawBackend.write(
                        socket,
                        head.startsWith("HEAD")
                                ? "HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n"
                                : head.contains("/none")
                                        ? "HTTP/1.1 204 No Content\r\n\r\n"
                                        : head.contains("/same")
                                                ? "HTTP/1.1 304 Not Modified\r\nETag: \"1\"\r\n\r\n"
                                                : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            }
        })) {
            gateway.publish(open("e", backend.as(1)));
            var head = gateway.send(gateway.request("/demo/e/").HEAD());
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.headers().firstValue("Content-Length")).contains("1234");
            assertThat(gateway.get("/demo/e/none").statusCode()).isEqualTo(204);
            assertThat(gateway.get("/demo/e/same").statusCode()).isEqualTo(304);
            assertThat(gateway.get("/demo/e/zero").body()).isEmpty();
        }
    }

    @Test
    void tokensStreamAsTheyCome() throws Exception {
        var read = new CountDownLatch(1);
        try (var backend = Backend.that((exchange, self) -> {
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("data: one\n\n".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            uninterrupted(read);
            exchange.getResponseBody().write("data: two\n\n".getBytes(StandardCharsets.UTF_8));
        })) {
            gateway.publish(open("e", backend.as(1)));
            var answer = gateway.http.send(gateway.request("/demo/e/stream").build(), BodyHandlers.ofInputStream());
            try (var body = answer.body()) {
                assertThat(new String(body.readNBytes(11), StandardCharsets.UTF_8))
                        .isEqualTo("data: one\n\n");
                read.countDown();
                assertThat(new String(body.readAllBytes(), StandardCharsets.UTF_8))
                        .isEqualTo("data: two\n\n");
            }
            assertThat(answer.headers().firstValue("Content-Type")).contains("text/event-stream");
        }
    }

    @Test
    void silentStreamsShowTheirHeadAtOnce() throws Exception {
        var read = new CountDownLatch(1);
        try (var backend = Backend.that((exchange, self) -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().flush();
            uninterrupted(read);
        })) {
            gateway.publish(open("e", backend.as(1)));
            try (var socket = gateway.connect()) {
                RawBackend.write(socket, "GET /demo/e/ HTTP/1.1\r\nHost: h\r\n\r\n");
                assertThat(RawBackend.readHead(socket)).startsWith("HTTP/1.1 200");
                read.countDown();
            }
        }
    }

    @Test
    void uploadsStreamAsTheyCome() throws Exception {
        var first = new CountDownLatch(1);
        try (var backend = RawBackend.that((socket, self) -> {
            self.head(socket);
            var start = new String(socket.getInputStream().readNBytes(10), StandardCharsets.ISO_8859_1);
            first.countDown();
            var rest = new String(socket.getInputStream().readNBytes(13), StandardCharsets.ISO_8859_1);
            RawBackend.write(
                    socket, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + (start + rest).replace("\r\n", ","));
        })) {
            gateway.publish(open("e", backend.as(1)));
            try (var socket = gateway.connect()) {
                RawBackend.write(
                        socket,
                        "POST /demo/e/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
                                + "5\r\nhello\r\n");
                assertThat(first.await(10, TimeUnit.SECONDS)).isTrue();
                RawBackend.write(socket, "3\r\nyou\r\n0\r\n\r\n");
                assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
                        .startsWith("HTTP/1.1 200")
                        .contains("5,hello,3,you,0,,");
            }
        }
    }

    @Test
    void callersThatAskBeforeSendingAreToldToGoOn() throws Exception {
        try (var backend = Backend.saying("ok")) {
            gateway.publish(open("e", backend.as(1)), RunningGateway.closed("p", backend.as(1)));
            try (var socket = gateway.connect()) {
                RawBackend.write(
                        socket,
                        "POST /demo/e/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 3\r\n"
                                + "Expect: 100-continue\r\n\r\n");
                assertThat(RawBackend.readHead(socket)).startsWith("HTTP/1.1 100");
                RawBackend.write(socket, "abc");
                assertThat(RawBackend.readHead(socket)).startsWith("HTTP/1.1 200");
            }
            assertThat(backend.seen.getFirst().body()).isEqualTo("abc");
            try (var socket = gateway.connect()) {
                RawBackend.write(
                        socket,
                        "POST /demo/p/ HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
                assertThat(RawBackend.readHead(socket)).startsWith("HTTP/1.1 401");
            }
        }
    }

    @Test
    void connectionsAreKept() throws Exception {
        try (var backend = Backend.saying("ok")) {
            gateway.publish(open("e", backend.as(1)));
            try (var socket = gateway.connect()) {
                for (int i = 0; i < 3; i++) {
                    RawBackend.write(socket, "GET /demo/e/ HTTP/1.1\r\nHost: h\r\n\r\n");
                    assertThat(RawBackend.readHead(socket)).startsWith("HTTP/1.1 200");
                    assertThat(new String(socket.getInputStream().readNBytes(2), StandardCharsets.UTF_8))
                            .isEqualTo("ok");
                    RawBackend.write(socket, "GET /demo/nowhere/ HTTP/1.1\r\nHost: h\r\n\r\n");
                    var head = RawBackend.readHead(socket);
                    assertThat(head).startsWith("HTTP/1.1 401");
                    socket.getInputStream().readNBytes(length(head));
                }
            }
        }
    }

    @Test
    void pathTricksStayBytes() throws Exception {
        try (var open = RawBackend.that(GatewayTest::answerEverything);
                var secret = RawBackend.that(GatewayTest::answerEverything)) {
            gateway.publish(open("e", open.as(1)), RunningGateway.closed("secret", secret.as(1)));
            for (var rest : new String[] {
                "/%2e%2e/secret/x",
                "/../secret/x",
                "//secret//x",
                "/a%2Fb",
                "/..;/secret",
                "/%00%0d%0aX:1",
                "/\\..\\secret"
            }) {
                gateway.raw("GET /demo/e" + rest + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
                assertThat(open.heads.getLast()).startsWith("GET " + rest + " HTTP/1.1\r\n");
            }
            for (var uri : new String[] {
                "//demo/secret/x",
                "/demo//secret/x",
                "/demo%2fsecret/x",
                "/./demo/secret/x",
                "/demo/e%2f..%2fsecret/x",
                "/x/../demo/secret/",
                "/Demo/Secret/x",
                "/demo",
                "/",
                "*",
                "demo/secret"
            }) {
                assertThat(gateway.raw("GET " + uri + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
                        .matches("(?s)HTTP/1.1 4\\d\\d .*");
            }
            assertThat(gateway.raw("GET http://any/demo/e/abs HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
            assertThat(open.heads.getLast()).startsWith("GET /abs HTTP/1.1\r\n");
            assertThat(secret.heads).isEmpty();
        }
    }

    @Test
    void injectedLinesAndTwoFramingsAreRefused() throws Exception {
        try (var backend = RawBackend.that(GatewayTest::answerEverything)) {
            gateway.publish(open("e", backend.as(1)));
            var start = "POST /demo/e/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n";
            assertThat(gateway.raw(start + "X-A: b\rX-Evil: 1\r\n\r\n")).startsWith("HTTP/1.1 400");
            assertThat(gateway.raw(start + "X A: b\r\n\r\n")).startsWith("HTTP/1.1 400");
            assertThat(gateway.raw(start + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"))
                    .startsWith("HTTP/1.1 400");
            assertThat(gateway.raw(start + "Content-Length: -1\r\n\r\nab")).startsWith("HTTP/1.1 400");
            assertThat(backend.heads).isEmpty();
            gateway.raw(start + "Content-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                    + "GET /demo/e/smuggled HTTP/1.1\r\n\r\n");
            assertThat(backend.heads).allMatch(head -> !head.contains("Content-Length: 30"));
        }
    }

    @Test
    void webSocketsAndOtherUpgradesPass() throws Exception {
        try (var backend = RawBackend.that((socket, self) -> {
            self.head(socket);
            RawBackend.write(
                    socket,
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Accept: x\r\n\r\n");
            int next;
            while ((next = socket.getInputStream().read()) >= 0) {
                socket.getOutputStream().write(Character.toUpperCase(next));
                socket.getOutputStream().flush();
            }
        })) {
            gateway.publish(open("e", backend.as(1)));
            try (var socket = gateway.connect()) {
                RawBackend.write(
                        socket,
                        "GET /demo/e/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                + "Sec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\n");
                assertThat(RawBackend.readHead(socket))
                        .startsWith("HTTP/1.1 101")
                        .containsIgnoringCase("Sec-WebSocket-Accept: x")
                        .containsIgnoringCase("Upgrade: websocket");
                RawBackend.write(socket, "abc");
                assertThat(new String(socket.getInputStream().readNBytes(3), StandardCharsets.UTF_8))
                        .isEqualTo("ABC");
                assertThat(gateway.gateway.inFlight("127.0.0.1", backend.port()))
                        .isEqualTo(1);
            }
            await().until(() -> gateway.gateway.inFlight("127.0.0.1", backend.port()) == 0);
        }
    }

    @Test
    void refusedUpgradesAreOrdinaryAnswers() throws Exception {
        try (var backend = Backend.saying("no")) {
            gateway.publish(open("e", backend.as(1)));
            try (var socket = gateway.connect()) {
                RawBackend.write(
                        socket,
                        "GET /demo/e/ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
                                + "Connection: Upgrade\r\nSec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\n");
                assertThat(RawBackend.readHead(socket)).startsWith("HTTP/1.1 200");
                assertThat(socket.getInputStream().readNBytes(2)).asString().isEqualTo("no");
            }
        }
    }

    @Test
    void requestsAreCountedByRevision() throws Exception {
        try (var good = Backend.saying("ok");
                var bad = Backend.that((exchange, self) -> Backend.reply(exchange, 500, "no"))) {
            gateway.publish(open("e", good.as(1)));
            gateway.get("/demo/e/");
            gateway.get("/demo/e/");
            gateway.publish(open("e", bad.as(2)));
            gateway.get("/demo/e/");
            await().until(() -> gateway.counters("e").requests() == 3);
            var counters = gateway.counters("e");
            assertThat(counters.failures()).isEqualTo(1);
            assertThat(counters.inFlight()).isZero();
            assertThat(counters.busySeconds()).isPositive();
            assertThat(counters.byRevision()).hasSize(2);
            assertThat(counters.byRevision().getFirst().requests()).isEqualTo(2);
            assertThat(counters.byRevision().getFirst().p99Seconds()).isBetween(1e-6, 30.0);
            assertThat(counters.byRevision().getLast().failures()).isEqualTo(1);
            assertThat(gateway.meters
                            .get("tidewright.gateway.requests")
                            .tags("namespace", "demo", "endpoint", "e", "revision", "2", "code_class", "5xx")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(gateway.gateway.counters(Name.of("demo"), Name.of("other")))
                    .isEmpty();
        }
    }

    @Test
    void timeUnderWayCountsBeforeTheAnswer() throws Exception {
        var hold = new CountDownLatch(1);
        try (var backend = Backend.that((exchange, self) -> {
            uninterrupted(hold);
            Backend.reply(exchange, 200, "late");
        })) {
            gateway.publish(open("e", backend.as(1)));
            var held = gateway.http.sendAsync(gateway.request("/demo/e/").build(), BodyHandlers.ofString());
            await().until(() -> gateway.gateway.inFlight("127.0.0.1", backend.port()) == 1);
            var before = gateway.counters("e");
            await().until(() -> gateway.counters("e").busySeconds() > before.busySeconds() + 0.05);
            assertThat(gateway.counters("e").inFlight()).isEqualTo(1);
            hold.countDown();
            held.get(10, TimeUnit.SECONDS);
            await().until(() -> gateway.counters("e").inFlight() == 0);
        }
    }

    @Test
    void aRestartedGatewayServesFromItsLastTable() throws Exception {
        try (var backend = Backend.saying("still here")) {
            gateway.publish(open("e", backend.as(3)));
            gateway.close();
            gateway = RunningGateway.in(home);
            var answer = gateway.get("/demo/e/");
            assertThat(answer.body()).isEqualTo("still here");
            assertThat(answer.headers().firstValue("X-Serving-Revision")).contains("3");
            gateway.publish();
            assertThat(gateway.get("/demo/e/").statusCode()).isEqualTo(401);
        }
    }

    @Test
    void theTableIsKeptWhileTheGatewayRuns() throws Exception {
        try (var backend = Backend.saying("x")) {
            gateway.publish(open("e", backend.as(3)));
            await().until(() -> home.resolve("gateway/routes.json").toFile().exists());
            assertThat(new TableFile(home.resolve("gateway/routes.json")).read().orElseThrow())
                    .containsExactly(open("e", backend.as(3)));
        }
    }

    @Test
    void aStopLetsRequestsUnderWayEnd() throws Exception {
        var hold = new CountDownLatch(1);
        try (var backend = Backend.that((exchange, self) -> {
            self.keep(exchange);
            uninterrupted(hold);
            Backend.reply(exchange, 200, "to the end");
        })) {
            gateway.publish(open("e", backend.as(1)));
            var port = gateway.gateway.port();
            var held = gateway.http.sendAsync(gateway.request("/demo/e/").build(), BodyHandlers.ofString());
            await().until(() -> backend.seen.size() == 1);
            try (var stopping = Executors.newVirtualThreadPerTaskExecutor()) {
                var stopped = stopping.submit(() -> gateway.gateway.stop());
                await().until(() -> refuses(port));
                assertThat(stopped.isDone()).isFalse();
                hold.countDown();
                assertThat(held.get(10, TimeUnit.SECONDS).body()).isEqualTo("to the end");
                stopped.get(15, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void aReplicaIsDrainedWhenItLeftTheTableAndAnsweredEverything() throws Exception {
        var hold = new CountDownLatch(1);
        try (var old = Backend.that((exchange, self) -> {
                    self.keep(exchange);
                    uninterrupted(hold);
                    Backend.reply(exchange, 200, "old");
                });
                var fresh = Backend.saying("new")) {
            gateway.publish(open("e", old.as(1)));
            assertThat(gateway.gateway.isDrained("127.0.0.1", old.port())).isFalse();
            var held = gateway.http.sendAsync(gateway.request("/demo/e/").build(), BodyHandlers.ofString());
            await().until(() -> old.seen.size() == 1);
            gateway.publish(open("e", fresh.as(2)));
            assertThat(gateway.gateway.isDrained("127.0.0.1", old.port())).isFalse();
            assertThat(gateway.gateway.inFlight("127.0.0.1", old.port())).isEqualTo(1);
            assertThat(gateway.get("/demo/e/").body()).isEqualTo("new");
            hold.countDown();
            held.get(10, TimeUnit.SECONDS);
            await().atMost(Duration.ofSeconds(5)).until(() -> gateway.gateway.isDrained("127.0.0.1", old.port()));
        }
    }

    private static boolean refuses(int port) {
        try {
            new Socket(InetAddress.getLoopbackAddress(), port).close();
            return false;
        } catch (IOException refused) {
            return true;
        }
    }

    private static void answerEverything(Socket socket, RawBackend self) throws IOException {
        for (var head = self.head(socket); !head.isEmpty(); head = self.head(socket)) {
            RawBackend.write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    }

    private static int length(String head) {
        return new ArrayList<>(head.lines().toList())
                .stream()
                        .filter(line -> line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:"))
                        .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                        .findFirst()
                        .orElseThrow();
    }

    static void uninterrupted(CountDownLatch latch) {
        try {
            latch.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
