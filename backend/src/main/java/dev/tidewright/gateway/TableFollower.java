package dev.tidewright.gateway;

import dev.tidewright.serving.Route;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.stereotype.Component;

/**
 * Keeps this process's gateway at the newest version of the shared routes, and tells the others how far it is. On one
 * connection of its own, which a busy pool cannot hold up. While the database is away the gateway serves from the table
 * that it has; others take it for dead after {@link SharedRoutes#ALIVE}.
 */
@Component
@ConditionalOnExpression(Gateway.WANTED)
class TableFollower implements SmartLifecycle {

    /** How often it looks: one short statement that answers from an index. */
    private static final Duration LOOK = Duration.ofMillis(50);

    /** How often it is heard of when there is nothing new. */
    private static final Duration BEAT = Duration.ofMillis(500);

    private static final Logger LOG = LoggerFactory.getLogger(TableFollower.class);
    private static final String PATIENCE_SECONDS = "2";
    private static final Duration LONGEST_START = Duration.ofSeconds(4);

    private final Gateway gateway;
    private final JdbcConnectionDetails database;
    private final Map<UUID, Route> routes = new HashMap<>();
    private volatile long applied;
    private volatile @Nullable Thread thread;
    private volatile boolean away;

    /** Not the gateway itself: Spring would stop this before it, and what still drains would not be told any more. */
    TableFollower(ObjectProvider<Gateway> gateway, JdbcConnectionDetails database) {
        this.gateway = gateway.getObject();
        this.database = database;
    }

    /** Brings the gateway to this version at least, without waiting for its next look. */
    void reach(long version, SharedRoutes shared) {
        if (applied < version) {
            catchUp(shared);
        }
    }

    private synchronized void catchUp(SharedRoutes shared) {
        var changes = shared.since(applied);
        if (changes.version() < applied) {
            // Another database, or one of before: what it says counts.
            routes.clear();
            changes = shared.since(0);
        }
        // Nothing was ever written there: a kept table may know more.
        if (changes.version() == applied && gateway.hasTable()) {
            return;
        }
        changes.routes().forEach((endpoint, route) -> {
            if (route.isPresent()) {
                routes.put(endpoint, route.get());
            } else {
                routes.remove(endpoint);
            }
        });
        gateway.publish(routes.values().stream()
                .sorted(Comparator.comparing(Route::namespace).thenComparing(Route::endpoint))
                .toList());
        applied = changes.version();
    }

    /** Waits for the first look at the table, or until there is no hope of a quick one: then the kept one has to do. */
    @Override
    public void start() {
        gateway.restore();
        var looked = new CountDownLatch(1);
        var following = Thread.ofPlatform().daemon().name("gateway-follower").unstarted(() -> follow(looked));
        thread = following;
        following.start();
        try {
            if (!looked.await(LONGEST_START.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("the database gives no answer: the gateway starts with the table that it kept");
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow(CountDownLatch looked) {
        while (isRunning()) {
            try (var connection = connected()) {
                follow(JdbcClient.create(new SingleConnectionDataSource(connection, true)), looked);
            } catch (SQLException | DataAccessException fault) {
                notice(fault);
                looked.countDown();
                pause(BEAT);
            }
        }
    }

    private void follow(JdbcClient jdbc, CountDownLatch looked) {
        var shared = new SharedRoutes(jdbc);
        var counts = new SharedCounts(jdbc);
        var reporter = new Reporter();
        @Nullable Beat last = null;
        while (isRunning()) {
            if (last == null) {
                shared.join(gateway.id());
                reporter = new Reporter();
            }
            catchUp(shared);
            // In this order: what is not in the table and has nothing in flight now never gets anything again.
            var now = new Beat(applied, gateway.draining(), System.nanoTime());
            if (now.tellsMoreThan(last)) {
                last = shared.beat(gateway.id(), now.applied(), now.draining()) ? now : null;
                counts.report(gateway.id(), last == null ? List.of() : reporter.due(gateway.meters()));
                heard();
                looked.countDown();
            }
            pause(LOOK);
        }
        shared.leave(gateway.id());
    }

    private record Beat(long applied, Map<String, Integer> draining, long at) {
        boolean tellsMoreThan(@Nullable Beat last) {
            return last == null
                    || applied != last.applied
                    || !draining.keySet().equals(last.draining.keySet())
                    || at - last.at >= BEAT.toNanos();
        }
    }

    /** Not from the pool: it is held for good, and must not hang on a database that vanished without a word. */
    private Connection connected() throws SQLException {
        var properties = new Properties();
        if (database.getUsername() != null) {
            properties.setProperty("user", database.getUsername());
        }
        if (database.getPassword() != null) {
            properties.setProperty("password", database.getPassword());
        }
        properties.setProperty("ApplicationName", "tidewright gateway");
        properties.setProperty("connectTimeout", PATIENCE_SECONDS);
        properties.setProperty("socketTimeout", PATIENCE_SECONDS);
        return DriverManager.getConnection(database.getJdbcUrl(), properties);
    }

    private void notice(Exception fault) {
        if (!away) {
            away = true;
            LOG.warn(
                    "the shared routes cannot be read, the gateway serves from the table it has: {}", fault.toString());
        }
    }

    private void heard() {
        if (away) {
            away = false;
            LOG.info("the shared routes are read again, at version {}", applied);
        }
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    /** After the gateway, which drained by what it was told until then. */
    @Override
    public void stop() {
        var following = thread;
        thread = null;
        if (following != null) {
            try {
                following.join(LONGEST_START);
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Before the gateway listens. */
    @Override
    public int getPhase() {
        return Gateway.PHASE - 1;
    }
}
