package dev.tidewright.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tidewright.TestInstallation;
import dev.tidewright.kernel.Name;
import dev.tidewright.serving.Route;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Two gateways in processes of their own, on a real PostgreSQL, as a control plane without one of its own sees them. */
@Timeout(300)
class SharedGatewaysIT {

    private static final Name DEMO = Name.of("demo");
    private static final Duration START = Duration.ofMinutes(2);
    private static final String TOKEN = "tw_gateways";

    @TempDir
    private static Path homes;

    private static String database;
    private static JdbcClient jdbc;
    private static GatewayProgram one;
    private static GatewayProgram two;

    private final UUID endpoint = UUID.randomUUID();
    private final Name name = Name.of("e" + endpoint.toString().substring(0, 8));
    private final SharedTraffic traffic = controlPlane();
    private Backend old;
    private Backend fresh;

    @BeforeAll
    static void start() throws Exception {
        var shared = TestInstallation.databaseUrl();
        JdbcClient.create(new DriverManagerDataSource(shared))
                .sql("CREATE DATABASE gateways")
                .update();
        database = shared.replace("/postgres?", "/gateways?");
        one = GatewayProgram.start(homes.resolve("one"), database);
        two = GatewayProgram.start(homes.resolve("two"), database);
        // They wait for the tables; the control plane makes them.
        Flyway.configure()
                .dataSource(database, null, null)
                .locations("classpath:db/migrations")
                .load()
                .migrate();
        jdbc = JdbcClient.create(new DriverManagerDataSource(database));
        jdbc.sql("INSERT INTO app_user VALUES (?, 0, 'ana', 'Ana', NULL, false, now(), 'test', NULL)")
                .param(new UUID(0, 1))
                .update();
        jdbc.sql("INSERT INTO namespace (id, version, name, description, limits, created_at, created_by)"
                        + " VALUES (?, 0, 'demo', '', '{}', now(), 'test')")
                .param(new UUID(0, 2))
                .update();
        jdbc.sql("INSERT INTO member VALUES (?, ?, 'VIEWER', now())")
                .params(new UUID(0, 2), new UUID(0, 1))
                .update();
        for (var gateway : List.of(one, two)) {
            await().atMost(START)
                    .ignoreExceptions()
                    .until(() -> gateway.get("/-/ready").statusCode() == 200);
        }
    }

    @AfterAll
    static void stop() throws Exception {
        for (var gateway : List.of(one, two)) {
            gateway.kill();
        }
    }

    @BeforeEach
    void backends() {
        old = Backend.saying("old");
        fresh = Backend.saying("fresh");
    }

    @AfterEach
    void remove() {
        traffic.remove(endpoint);
        old.close();
        fresh.close();
    }

    private static SharedTraffic controlPlane() {
        var none = new StaticListableBeanFactory();
        return new SharedTraffic(
                JdbcClient.create(new DriverManagerDataSource(database)),
                none.getBeanProvider(Gateway.class),
                none.getBeanProvider(TableFollower.class));
    }

    private void route(boolean open, Backend... backends) {
        var targets = Arrays.stream(backends).map(backend -> backend.as(1)).toList();
        traffic.put(endpoint, new Route(DEMO, name, open, targets, "starting"));
    }

    private String path() {
        return "/demo/" + name + "/x";
    }

    @Test
    void whenPutReturnsEveryGatewayKnows() throws Exception {
        for (var round = 0; round < 40; round++) {
            var now = round % 2 == 0 ? fresh : old;
            route(true, now);
            for (var gateway : List.of(one, two)) {
                assertThat(gateway.get(path()).body()).isEqualTo(now == fresh ? "fresh" : "old");
            }
        }
        // A second control plane finds what the first one wrote, and changes it for all.
        controlPlane().remove(endpoint);
        assertThat(one.get(path()).statusCode()).isEqualTo(401);
        assertThat(two.get(path()).statusCode()).isEqualTo(401);
    }

    @Test
    void aReplicaIsDrainedWhenNoGatewayHasAnythingInFlightToIt() throws Exception {
        var answer = new CountDownLatch(1);
        try (var slow = Backend.that((exchange, self) -> {
            self.keep(exchange);
            GatewayTest.uninterrupted(answer);
            Backend.reply(exchange, 200, "slow");
        })) {
            route(true, slow);
            var late = two.send(path());
            await().until(() -> !slow.seen.isEmpty());
            assertThat(traffic.isDrained("127.0.0.1", slow.port())).isFalse();
            route(true, fresh);
            await().during(Duration.ofSeconds(1)).until(() -> !traffic.isDrained("127.0.0.1", slow.port()));
            assertThat(one.get(path()).body()).isEqualTo("fresh");
            answer.countDown();
            assertThat(late.get().body()).isEqualTo("slow");
            await().atMost(Duration.ofSeconds(2)).until(() -> traffic.isDrained("127.0.0.1", slow.port()));
            assertThat(traffic.isDrained("127.0.0.1", fresh.port())).isFalse();
        }
    }

    @Test
    void aFrozenGatewayIsNotWaitedForLongAndHoldsUpTheEarlyEnd() throws Exception {
        route(true, old);
        two.freeze();
        try {
            var begun = System.nanoTime();
            route(true, fresh);
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
            assertThat(one.get(path()).body()).isEqualTo("fresh");
            await().during(Duration.ofSeconds(1)).until(() -> !traffic.isDrained("127.0.0.1", old.port()));
            begun = System.nanoTime();
            route(true, fresh, old);
            assertThat(Duration.ofNanos(System.nanoTime() - begun))
                    .as("once it counts as dead nobody waits")
                    .isLessThan(Duration.ofSeconds(1));
            route(true, fresh);
        } finally {
            two.thaw();
        }
        await().atMost(Duration.ofSeconds(5)).until(() -> traffic.isDrained("127.0.0.1", old.port()));
        assertThat(two.get(path()).body()).isEqualTo("fresh");
    }

    @Test
    void aKilledGatewayComesBackWithWhatItMissed() throws Exception {
        route(true, old);
        two.kill();
        route(true, fresh);
        assertThat(one.get(path()).body()).isEqualTo("fresh");
        assertThat(traffic.isDrained("127.0.0.1", old.port())).isFalse();
        two.startAgain(database);
        await().atMost(START).ignoreExceptions().until(() -> two.get("/-/ready").statusCode() == 200);
        assertThat(two.get(path()).body()).isEqualTo("fresh");
        await().atMost(Duration.ofSeconds(5)).until(() -> traffic.isDrained("127.0.0.1", old.port()));
    }

    @Test
    void itStartsAndServesFromTheTableThatItKeptWhileTheDatabaseIsAway() throws Exception {
        route(true, old);
        try (var third = GatewayProgram.start(homes.resolve("third"), database)) {
            await().atMost(START)
                    .ignoreExceptions()
                    .until(() -> third.get(path()).body().equals("old"));
            await().until(() -> third.keeps("\"" + name + "\""));
            third.kill();
            third.startAgain(database.replaceFirst(":\\d+/", ":" + TestInstallation.freePort() + "/"));
            await().atMost(START)
                    .ignoreExceptions()
                    .until(() -> third.get(path()).body().equals("old"));
            assertThat(third.get("/-/ready").statusCode()).isEqualTo(200);
            third.kill();
        }
        // Nobody tidies up after a killed one but time; the other tests need not wait for that.
        jdbc.sql("DELETE FROM gateway WHERE applied = 0 OR seen_at < now() - interval '2 seconds'")
                .update();
    }

    @Test
    void tokensAreCheckedByTheDatabase() throws Exception {
        route(false, old);
        jdbc.sql("INSERT INTO api_token VALUES (?, 0, ?, 'ci', 'tw_', sha256(?), 'INVOKE', NULL, now())")
                .params(new UUID(0, 3), new UUID(0, 1), TOKEN.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .update();
        for (var gateway : List.of(one, two)) {
            assertThat(gateway.get(path()).statusCode()).isEqualTo(401);
            assertThat(gateway.get(path(), "wrong").statusCode()).isEqualTo(401);
            assertThat(gateway.get(path(), TOKEN).body()).isEqualTo("old");
        }
        jdbc.sql("UPDATE api_token SET revoked_at = now()").update();
        for (var gateway : List.of(one, two)) {
            await().atMost(Duration.ofSeconds(5))
                    .until(() -> gateway.get(path(), TOKEN).statusCode() == 401);
        }
    }

    @Test
    void countsAreTheSumOverGateways() throws Exception {
        route(true, old);
        for (var request = 0; request < 30; request++) {
            (request % 3 == 0 ? one : two).get(path());
        }
        await().atMost(Duration.ofSeconds(3))
                .until(() -> traffic.counters(DEMO, name)
                        .filter(sum -> sum.requests() == 30 && sum.inFlight() == 0)
                        .isPresent());
        var counters = traffic.counters(DEMO, name).orElseThrow();
        assertThat(counters.byRevision())
                .singleElement()
                .satisfies(revision -> assertThat(revision.requests()).isEqualTo(30));
        assertThat(counters.busySeconds()).isPositive();
    }

    @Test
    void toldToStopItGoesOnServingForAWhileAndEndsWhatItBegan() throws Exception {
        var answer = new CountDownLatch(1);
        try (var third = GatewayProgram.start(homes.resolve("stopping"), database, "TIDEWRIGHT_GATEWAY_LINGER=2s");
                var slow = Backend.that((exchange, self) -> {
                    self.keep(exchange);
                    GatewayTest.uninterrupted(answer);
                    Backend.reply(exchange, 200, "slow");
                })) {
            route(true, slow);
            await().atMost(START)
                    .ignoreExceptions()
                    .until(() -> third.get("/-/ready").statusCode() == 200);
            var late = third.send(path());
            await().until(() -> !slow.seen.isEmpty());
            route(true, old);
            third.terminate();
            await().until(() -> third.get("/-/ready").statusCode() == 503);
            var last = third.get(path());
            assertThat(last.body()).isEqualTo("old");
            assertThat(last.headers().firstValue("Connection")).contains("close");
            await().atMost(Duration.ofSeconds(5)).until(() -> !third.accepts());
            assertThat(traffic.isDrained("127.0.0.1", slow.port())).isFalse();
            answer.countDown();
            assertThat(late.get().body()).isEqualTo("slow");
            assertThat(third.ended()).isTrue();
        }
        assertThat(jdbc.sql("SELECT count(*) FROM gateway").query(Long.class).single())
                .as("it said goodbye")
                .isEqualTo(2);
    }
}
