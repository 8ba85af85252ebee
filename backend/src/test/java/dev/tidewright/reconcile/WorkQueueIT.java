package dev.tidewright.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.TestInstallation;
import dev.tidewright.reconcile.WorkQueue.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The table and its claims on a real PostgreSQL, in a schema of its own, with a clock that is turned by hand. */
class WorkQueueIT {

    private final TurnedClock clock = new TurnedClock();
    private WorkQueue queue;

    @BeforeEach
    void emptyTable() {
        var source = new DriverManagerDataSource(TestInstallation.databaseUrl() + "&currentSchema=work_queue_it");
        var flyway = Flyway.configure()
                .dataSource(source)
                .schemas("work_queue_it")
                .defaultSchema("work_queue_it")
                .locations("classpath:db/migrations")
                .target("0001")
                .cleanDisabled(false)
                .load();
        flyway.clean();
        flyway.migrate();
        queue = new WorkQueue(JdbcClient.create(source), clock, event -> {});
    }

    @Test
    void whatIsPutIsClaimedOnceAndGoneWhenDone() {
        var id = put();
        var claim = only(queue.claim("a", 10));
        assertThat(claim.id()).isEqualTo(id);
        assertThat(queue.claim("b", 10)).isEmpty();
        queue.settle(claim, "a", Next.done());
        clock.turn(Duration.ofHours(1));
        assertThat(queue.claim("a", 10)).isEmpty();
    }

    @Test
    void aHintDuringAPassCausesAnotherPass() {
        var id = put();
        var claim = only(queue.claim("a", 10));
        queue.put("job", id);
        queue.settle(claim, "a", Next.done());
        assertThat(only(queue.claim("a", 10)).id()).isEqualTo(id);
    }

    @Test
    void aHintDuringAPassOverrulesALongerWait() {
        var id = put();
        var claim = only(queue.claim("a", 10));
        queue.put("job", id);
        queue.settle(claim, "a", Next.again(Duration.ofHours(1)));
        assertThat(only(queue.claim("a", 10)).id()).isEqualTo(id);
    }

    @Test
    void anotherPassComesWhenAskedForAndNotBefore() {
        put();
        queue.settle(only(queue.claim("a", 10)), "a", Next.again(Duration.ofSeconds(5)));
        clock.turn(Duration.ofSeconds(4));
        assertThat(queue.claim("a", 10)).isEmpty();
        clock.turn(Duration.ofSeconds(2));
        assertThat(queue.claim("a", 10)).hasSize(1);
    }

    @Test
    void aFailedPassIsRepeatedLaterAndLater() {
        put();
        queue.failed(only(queue.claim("a", 10)), "a", new IllegalStateException("first"));
        clock.turn(Duration.ofMillis(1100));
        queue.failed(only(queue.claim("a", 10)), "a", new IllegalStateException("second"));
        clock.turn(Duration.ofMillis(1100));
        assertThat(queue.claim("a", 10)).isEmpty();
        clock.turn(Duration.ofSeconds(1));
        assertThat(only(queue.claim("a", 10)).failures()).isEqualTo(2);
    }

    @Test
    void theWorkOfADeadProcessIsTakenOverWhenItsLeaseEnds() {
        put();
        only(queue.claim("dead", 10));
        clock.turn(Duration.ofSeconds(21));
        var taken = only(queue.claim("heir", 10));
        queue.settle(taken, "dead", Next.done());
        clock.turn(Duration.ofSeconds(21));
        assertThat(queue.claim("heir", 10))
                .as("the dead one's word no longer counts")
                .hasSize(1);
    }

    @Test
    void aRestartedProcessFindsItsOwnWorkAtOnce() {
        put();
        only(queue.claim("a", 10));
        queue.reclaim("a");
        assertThat(queue.claim("a", 10)).hasSize(1);
    }

    @Test
    void aRenewedLeaseIsKept() {
        put();
        only(queue.claim("a", 10));
        clock.turn(Duration.ofSeconds(15));
        queue.renew("a");
        clock.turn(Duration.ofSeconds(15));
        assertThat(queue.claim("b", 10)).isEmpty();
    }

    @Test
    void manyClaimersShareTheWorkWithoutDoubling() throws Exception {
        for (var i = 0; i < 500; i++) {
            put();
        }
        Set<UUID> seen = ConcurrentHashMap.newKeySet();
        Set<UUID> doubled = ConcurrentHashMap.newKeySet();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (var t = 0; t < 8; t++) {
                var owner = "owner-" + t;
                threads.execute(() -> {
                    List<Claim> claims;
                    do {
                        claims = queue.claim(owner, 7);
                        for (var claim : claims) {
                            if (!seen.add(claim.id())) {
                                doubled.add(claim.id());
                            }
                            queue.settle(claim, owner, Next.done());
                        }
                    } while (!claims.isEmpty());
                });
            }
        }
        assertThat(doubled).isEmpty();
        assertThat(seen).hasSize(500);
    }

    private UUID put() {
        var id = UUID.randomUUID();
        queue.put("job", id);
        return id;
    }

    private static Claim only(List<Claim> claims) {
        assertThat(claims).hasSize(1);
        return claims.getFirst();
    }

    private static final class TurnedClock implements java.time.InstantSource {
        private Instant now = Instant.parse("2026-11-22T12:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        void turn(Duration by) {
            now = now.plus(by);
        }
    }
}
