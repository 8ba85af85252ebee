package dev.tidewright.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import dev.tidewright.kernel.Home;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalDatabaseIT {

    @TempDir
    private Path folder;

    @Test
    void itIsDurableAndAsksForThePassword() throws Exception {
        try (var database = LocalDatabase.start(new Home(folder))) {
            assertThat(show(database, "SHOW fsync")).isEqualTo("on");
            assertThat(show(database, "SHOW synchronous_commit")).isEqualTo("on");
            var connection = database.connection();
            assertThatThrownBy(() -> DriverManager.getConnection(connection.getJdbcUrl(), "postgres", "guessed")
                            .close())
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
    }

    @Test
    void dataSurviveAStop() throws Exception {
        try (var database = LocalDatabase.start(new Home(folder))) {
            run(database, "CREATE TABLE kept AS SELECT 42 AS answer");
        }
        try (var database = LocalDatabase.start(new Home(folder))) {
            assertThat(show(database, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void aDatabaseLeftBehindByAKilledProcessIsTakenOver() throws Exception {
        var other = killedOwner();
        assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("postgres/postmaster.pid")).exists();
        try (var database = LocalDatabase.start(new Home(folder))) {
            assertThat(show(database, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    @Test
    void aDatabaseThatIsKilledIsStartedAgainOnTheSamePort() throws Exception {
        try (var database = LocalDatabase.start(new Home(folder))) {
            run(database, "CREATE TABLE kept AS SELECT 42 AS answer");
            postmaster().destroyForcibly();
            assertThat(eventually(database, "SELECT answer FROM kept")).isEqualTo("42");
        }
        // Also when it was closed while it was being started again.
        assertThat(folder.resolve("postgres/postmaster.pid")).doesNotExist();
    }

    @Test
    void aDatabaseThatCannotBeStartedAgainIsTriedUntilItCan() throws Exception {
        try (var database = LocalDatabase.start(new Home(folder))) {
            run(database, "CREATE TABLE kept AS SELECT 42 AS answer");
            var killed = postmaster();
            var data = folder.resolve("postgres");
            var hidden = folder.resolve("hidden");
            Files.move(data, hidden);
            Files.createFile(data);
            killed.destroyForcibly();
            killed.onExit().get();
            Thread.sleep(1_500);
            assertThatThrownBy(() -> show(database, "SELECT 1")).isInstanceOf(SQLException.class);
            Files.delete(data);
            Files.move(hidden, data);
            assertThat(eventually(database, "SELECT answer FROM kept")).isEqualTo("42");
        }
    }

    private ProcessHandle postmaster() throws Exception {
        var pid = Files.readAllLines(folder.resolve("postgres/postmaster.pid")).getFirst();
        return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
    }

    private static String eventually(LocalDatabase database, String query) throws InterruptedException {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(150);
        while (System.nanoTime() < deadline) {
            try {
                return show(database, query);
            } catch (SQLException notYet) {
                Thread.sleep(50);
            }
        }
        return "no answer";
    }

    @Test
    void whoeverNeedsAConnectionQueuesLongerThanThePoolLetsOneWait() throws Exception {
        var timeouts = new Semaphore(0);
        try (var database = LocalDatabase.start(new Home(folder));
                var pool = pool(database, timeouts)) {
            var waiting = new WaitingDataSource(pool);
            var only = waiting.getConnection();
            var next = CompletableFuture.runAsync(() -> takeOne(waiting));
            timeouts.acquire(2);
            assertThat(next).isNotDone();
            only.close();
            assertThat(next).succeedsWithin(60, TimeUnit.SECONDS);
        }
    }

    @Test
    void nobodyQueuesForADatabaseThatIsAway() throws Exception {
        var timeouts = new Semaphore(0);
        var database = LocalDatabase.start(new Home(folder));
        try (var pool = pool(database, timeouts)) {
            var waiting = new WaitingDataSource(pool);
            takeOne(waiting);
            database.close();
            // A connection that was used within half a second is handed out unchecked.
            pool.getHikariPoolMXBean().softEvictConnections();
            assertThatThrownBy(waiting::getConnection).isInstanceOf(SQLTransientConnectionException.class);
            assertThat(timeouts.availablePermits()).isEqualTo(1);
        }
    }

    /** Of one connection; gives a permit whenever one who waited for it was sent away. */
    private static HikariDataSource pool(LocalDatabase database, Semaphore timeouts) {
        var details = database.connection();
        var settings = new HikariConfig();
        settings.setJdbcUrl(details.getJdbcUrl());
        settings.setUsername(details.getUsername());
        settings.setPassword(details.getPassword());
        settings.setMaximumPoolSize(1);
        settings.setConnectionTimeout(250);
        settings.setMetricsTrackerFactory((name, statistics) -> new IMetricsTracker() {
            @Override
            public void recordConnectionTimeout() {
                timeouts.release();
            }
        });
        return new HikariDataSource(settings);
    }

    private static void takeOne(WaitingDataSource waiting) {
        try {
            waiting.getConnection().close();
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Test
    void aFolderHasOneInstanceAtATime() throws Exception {
        var database = LocalDatabase.start(new Home(folder));
        try {
            // A lock of this JVM is refused with an exception of its own; another process gets the sentence.
            assertThatThrownBy(() -> LocalDatabase.start(new Home(folder))).isInstanceOf(RuntimeException.class);
        } finally {
            database.close();
        }
    }

    /** A JVM that opens the database, commits, and ends like {@code kill -9}. */
    private Process killedOwner() throws Exception {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Owner.class.getName(),
                        folder.toString())
                .redirectErrorStream(true)
                .redirectOutput(Files.createTempFile("owner", ".log").toFile())
                .start();
    }

    private static String show(LocalDatabase database, String query) throws SQLException {
        var details = database.connection();
        try (var connection = DriverManager.getConnection(
                        details.getJdbcUrl(), details.getUsername(), details.getPassword());
                var rows = connection.createStatement().executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static void run(LocalDatabase database, String statement) throws SQLException {
        var details = database.connection();
        try (var connection =
                DriverManager.getConnection(details.getJdbcUrl(), details.getUsername(), details.getPassword())) {
            connection.createStatement().execute(statement);
        }
    }

    /** The other process's main. */
    static final class Owner {

        public static void main(String[] arguments) throws Exception {
            run(LocalDatabase.start(new Home(Path.of(arguments[0]))), "CREATE TABLE kept AS SELECT 42 AS answer");
            Runtime.getRuntime().halt(137);
        }
    }
}
