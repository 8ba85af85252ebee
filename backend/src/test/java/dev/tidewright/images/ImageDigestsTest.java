package dev.tidewright.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a registry over HTTP that wants tokens, as public ones do. */
class ImageDigestsTest {

    private static final String DIGEST = "sha256:" + "ab".repeat(32);

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final CountDownLatch done = new CountDownLatch(1);
    private HttpServer server;
    private String host;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        host = "localhost:" + server.getAddress().getPort();
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        done.countDown();
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
        var token = exchange.getRequestHeaders().getFirst("Authorization");
        var headers = exchange.getResponseHeaders();
        if (path.equals("/token")) {
            send(exchange, 200, "{\"token\":\"t0k\"}");
        } else if (path.contains("/slow/")) {
            await();
            send(exchange, 500, "");
        } else if (path.contains("/gone/")) {
            send(exchange, 404, "");
        } else if (path.contains("/moved/")) {
            headers.add("Location", "http://" + host + "/v2/model/manifests/1");
            send(exchange, 307, "");
        } else if (path.contains("/elsewhere/")) {
            headers.add("WWW-Authenticate", "Bearer realm=\"http://127.0.0.1:1/token\"");
            send(exchange, 401, "");
        } else if (path.contains("/odd/")) {
            headers.add("Docker-Content-Digest", "sha256:abc\" --evil");
            send(exchange, 200, "");
        } else if (!"Bearer t0k".equals(token)) {
            headers.add("WWW-Authenticate", "Bearer realm=\"http://" + host + "/token\",service=\"the registry\"");
            send(exchange, 401, "");
        } else {
            headers.add("Docker-Content-Digest", DIGEST);
            send(exchange, 200, "");
        }
    }

    private void await() {
        try {
            var _ = done.await(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void send(HttpExchange exchange, int code, String body) throws IOException {
        var bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(code, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private ImageDigests digests(String... registries) {
        return new ImageDigests(new ImageSettings(List.of(registries), Duration.ofMillis(500)));
    }

    @Test
    void aTagIsFixedAfterAskingForAToken() {
        var image = digests("http://" + host).pinned(host + "/team/model:1");
        assertThat(image).isEqualTo(host + "/team/model:1@" + DIGEST);
        assertThat(asked)
                .containsExactly(
                        "HEAD /v2/team/model/manifests/1",
                        "GET /token?scope=repository%3Ateam%2Fmodel%3Apull&service=the+registry",
                        "HEAD /v2/team/model/manifests/1");
        assertThat(digests("http://" + host).words(image)).isEmpty();
        assertThat(digests("http://" + host).pinned(image)).isEqualTo(image);
        assertThat(asked).hasSize(3);
    }

    @Test
    void registriesThatNobodyAllowedAreNotAsked() {
        var image = host + "/team/model:1";
        assertThat(digests().pinned(image)).isEqualTo(image);
        assertThat(digests("ghcr.io").pinned(image)).isEqualTo(image);
        assertThat(digests(host + ".evil.example").pinned(image)).isEqualTo(image);
        assertThat(asked).isEmpty();
        assertThat(digests().words(image)).contains("tidewright.images.registries is empty");
        assertThat(digests("ghcr.io").words(image)).contains(host + " may not be asked");
    }

    @Test
    void whatTheRegistryDoesNotTellStaysATag() {
        var digests = digests("http://" + host);
        for (var name : List.of("gone", "moved", "elsewhere", "odd", "slow")) {
            var image = host + "/" + name + "/model:1";
            assertThat(digests.pinned(image)).isEqualTo(image);
            assertThat(digests.words(image)).contains("did not tell");
        }
        assertThat(asked).noneMatch(line -> line.contains("token") || line.equals("HEAD /v2/model/manifests/1"));
    }

    @Test
    void namesAreTakenApartAsContainerRuntimesDo() {
        assertThat(ImageReference.of("python:3.12"))
                .contains(new ImageReference("docker.io", "library/python", "3.12", null));
        assertThat(ImageReference.of("team/model"))
                .contains(new ImageReference("docker.io", "team/model", "latest", null));
        assertThat(ImageReference.of("ghcr.io/a/b/c:x@" + DIGEST))
                .contains(new ImageReference("ghcr.io", "a/b/c", "x", DIGEST));
        assertThat(ImageReference.of("localhost/tidewright-runtime:dev"))
                .contains(new ImageReference("localhost", "tidewright-runtime", "dev", null));
        assertThat(ImageReference.of("r:5000/a@" + DIGEST))
                .contains(new ImageReference("r:5000", "a", "latest", DIGEST));
        assertThat(ImageReference.of("a".repeat(255))).isPresent();
        assertThat(ImageReference.of("r.example:5000/a__b/c--d/e.f:" + "t".repeat(128) + "@" + DIGEST))
                .isPresent();
        for (var wrong : List.of(
                "",
                "UPPER",
                "Team/model",
                "a b",
                "a/../b",
                "a//b",
                "a/",
                "a...b",
                "-a.example/b",
                "http://x/y",
                "a@b",
                "user@host/a",
                "a:1/b?c",
                "a:",
                "a:-x",
                "a".repeat(256),
                "r.example/" + "a".repeat(246),
                "a:" + "t".repeat(129),
                "foo@sha256:abc",
                "foo@sha256:" + "a".repeat(63),
                "foo@md5:" + "a".repeat(32))) {
            assertThat(ImageReference.of(wrong)).as(wrong).isEmpty();
        }
    }
}
