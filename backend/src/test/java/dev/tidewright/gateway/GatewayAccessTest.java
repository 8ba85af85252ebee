package dev.tidewright.gateway;

import static dev.tidewright.gateway.RunningGateway.closed;
import static dev.tidewright.gateway.RunningGateway.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may call what, and what strangers learn. */
@Timeout(60)
class GatewayAccessTest {

    @TempDir
    Path home;

    private RunningGateway gateway;
    private Backend backend;

    @BeforeEach
    void start() {
        gateway = RunningGateway.in(home);
        backend = Backend.saying("private");
        gateway.publish(closed("p", backend.as(1)), open("o", backend.as(1)));
    }

    @AfterEach
    void stop() {
        gateway.close();
        backend.close();
    }

    private HttpResponse<String> with(String token, String path) throws Exception {
        return gateway.send(gateway.request(path).header("Authorization", "Bearer " + token));
    }

    @Test
    void aTokenOpensPrivateEndpointsAndStaysHere() throws Exception {
        assertThat(with("good", "/demo/p/").body()).isEqualTo("private");
        var other = gateway.send(gateway.request("/demo/p/").header("X-Tidewright-Token", "good"));
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(backend.seen)
                .hasSize(2)
                .allSatisfy(
                        seen -> assertThat(seen.headers()).doesNotContainKeys("Authorization", "X-tidewright-token"));
        assertThat(gateway.get("/demo/o/").statusCode()).isEqualTo(200);
    }

    @Test
    void strangersCannotTellPrivateFromUnknown() throws Exception {
        for (var token : new String[] {"", "Bearer bad", "Basic eDp5", "Bearer ", "Bearer " + "x".repeat(3000)}) {
            var answers = new String[4];
            var paths = new String[] {"/demo/p/", "/demo/nothing/", "/other/p/", "/other/nothing/"};
            for (int i = 0; i < paths.length; i++) {
                var request = gateway.request(paths[i]).header("X-Request-Id", "same");
                var answer = gateway.send(token.isEmpty() ? request : request.header("Authorization", token));
                answers[i] = answer.statusCode() + " " + answer.headers().map() + answer.body();
            }
            assertThat(answers).containsOnly(answers[0]);
            assertThat(answers[0]).startsWith("401 ").contains("\"code\":\"unauthenticated\"", "www-authenticate");
        }
        assertThat(backend.seen).isEmpty();
    }

    @Test
    void membersLearnThatAnEndpointDoesNotExist() throws Exception {
        var answer = with("good", "/demo/nothing/");
        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains("\"code\":\"endpoint-not-found\"");
    }

    @Test
    void answersAreRememberedForAShortTime() throws Exception {
        var asked = new AtomicInteger();
        gateway.check.set((token, namespace) -> {
            asked.incrementAndGet();
            return token.equals("good");
        });
        for (int i = 0; i < 5; i++) {
            with("good", "/demo/p/");
            with("bad", "/demo/p/");
        }
        assertThat(asked).hasValue(2);
        gateway.turn(Duration.ofMillis(1_500));
        with("good", "/demo/p/");
        with("bad", "/demo/p/");
        assertThat(asked).hasValue(3);
    }

    @Test
    void aRevokedTokenStopsWithinFiveSeconds() throws Exception {
        assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(200);
        gateway.check.set((token, namespace) -> false);
        gateway.turn(Duration.ofSeconds(5));
        assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(401);
    }

    @Test
    void aYesIsRenewedBehindTheRequests() throws Exception {
        var asked = new AtomicInteger();
        gateway.check.set((token, namespace) -> asked.incrementAndGet() > 0);
        with("good", "/demo/p/");
        gateway.turn(Duration.ofSeconds(3));
        with("good", "/demo/p/");
        await().untilAsserted(() -> assertThat(asked).hasValue(2));
        gateway.turn(Duration.ofSeconds(3));
        assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(200);
    }

    @Test
    void aDatabaseThatIsAwayChangesNothingForAnHour() throws Exception {
        assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(200);
        gateway.check.set((token, namespace) -> {
            throw new IllegalStateException("no database");
        });
        gateway.turn(Duration.ofMinutes(59));
        assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(200);
        var stranger = with("new", "/demo/p/");
        assertThat(stranger.statusCode()).isEqualTo(503);
        assertThat(stranger.body()).contains("access-check-unavailable");
        assertThat(stranger.headers().firstValue("Retry-After")).contains("1");
        assertThat(gateway.get("/demo/o/").statusCode()).isEqualTo(200);
        gateway.turn(Duration.ofMinutes(2));
        assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(503);
        gateway.check.set((token, namespace) -> true);
        gateway.turn(Duration.ofSeconds(2));
        assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(200);
    }

    @Test
    void aDatabaseThatHangsDoesNotHoldKnownCallers() throws Exception {
        assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(200);
        var hang = new CountDownLatch(1);
        gateway.check.set((token, namespace) -> {
            GatewayTest.uninterrupted(hang);
            return false;
        });
        gateway.turn(Duration.ofSeconds(10));
        var before = System.nanoTime();
        assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(200);
        assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(15));
        hang.countDown();
        gateway.turn(Duration.ofSeconds(2));
        await().untilAsserted(
                        () -> assertThat(with("good", "/demo/p/").statusCode()).isEqualTo(401));
    }
}
