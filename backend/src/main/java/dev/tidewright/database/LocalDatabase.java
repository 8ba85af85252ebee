package dev.tidewright.database;

import dev.tidewright.kernel.CannotStart;
import dev.tidewright.kernel.Home;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/**
 * One PostgreSQL under {@code <home>/postgres}. zonky's defaults are those of throw-away tests; here the data are kept, so
 * they are turned back: fsync and synchronous commit on, a password instead of trust, no clean-up.
 */
final class LocalDatabase implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalDatabase.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    /** zonky takes a free one. */
    private static final int ANY_PORT = 0;

    private final Home home;
    private final int port;
    private final FileChannel lock;
    private final String password;

    private volatile EmbeddedPostgres postgres;
    private volatile boolean closing;

    private LocalDatabase(Home home, EmbeddedPostgres postgres, FileChannel lock, String password) {
        this.home = home;
        this.postgres = postgres;
        this.port = postgres.getPort();
        this.lock = lock;
        this.password = password;
    }

    static LocalDatabase start(Home home) {
        try {
            Files.createDirectories(home.path());
            var lock = locked(home.path());
            var password = password(home.resolve("postgres.password"));
            var postgres = launch(home, password, ANY_PORT);
            secure(postgres, home.resolve("postgres"), password);
            var database = new LocalDatabase(home, postgres, lock, password);
            database.watch();
            return database;
        } catch (IOException failed) {
            throw new CannotStart(
                    "the embedded PostgreSQL under " + home.path() + " could not be started: " + failed,
                    "Look at the lines above for what it says. As root in a container without user namespaces run as a"
                            + " normal user, or use a PostgreSQL of your own by SPRING_DATASOURCE_URL.",
                    failed);
        }
    }

    private static EmbeddedPostgres launch(Home home, String password, int port) throws IOException {
        var data = home.resolve("postgres");
        stopLeftover(data.resolve("postmaster.pid"));
        // zonky's own lock stays with a start that failed, for as long as this JVM lives; ours on the home is the one
        // that counts.
        Files.deleteIfExists(data.resolve("epg-lock"));
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setOverrideWorkingDirectory(home.resolve("postgres-binaries").toFile())
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "100")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setLocaleConfig("locale", "C.UTF-8")
                .setRegisterShutdownHook(false)
                .setConnectConfig("password", password)
                .setPGStartupWait(Duration.ofSeconds(60))
                .start();
    }

    /** Starts the database again, on the same port, when its process ends without being asked to. */
    private void watch() throws IOException {
        firstLine(home.resolve("postgres", "postmaster.pid"))
                .flatMap(ProcessHandle::of)
                .ifPresent(process -> Thread.ofVirtual().name("database watch").start(() -> {
                    process.onExit().join();
                    revive(FIRST_PAUSE);
                }));
    }

    /** Goes on trying: nothing else would start it again, and a full disk or a lack of memory may pass. */
    private void revive(Duration pause) {
        if (closing) {
            return;
        }
        LOG.error("the embedded database ended unasked; starting it again");
        try {
            startAgain();
        } catch (IOException | RuntimeException failed) {
            LOG.error("it could not be started; the next attempt is in {} s", pause.toSeconds(), failed);
            var twice = pause.multipliedBy(2);
            CompletableFuture.delayedExecutor(pause.toSeconds(), TimeUnit.SECONDS, Thread::startVirtualThread)
                    .execute(() -> revive(twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE));
        }
    }

    /** Holds {@link #close} up: what is being started would outlive it. */
    private synchronized void startAgain() throws IOException {
        if (!closing) {
            // Of a process that has gone this gives back only its lock on the folder.
            postgres.close();
            postgres = launch(home, password, port);
            watch();
        }
    }

    JdbcConnectionDetails connection() {
        return new JdbcConnectionDetails() {
            @Override
            public String getUsername() {
                return "postgres";
            }

            @Override
            public String getPassword() {
                return password;
            }

            @Override
            public String getJdbcUrl() {
                return "jdbc:postgresql://127.0.0.1:" + port + "/postgres";
            }
        };
    }

    @Override
    public void close() throws IOException {
        closing = true;
        synchronized (this) {
            postgres.close();
            lock.close();
        }
    }

    private static FileChannel locked(Path home) throws IOException {
        var channel = FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = channel.tryLock();
        if (lock == null) {
            channel.close();
            throw new CannotStart(
                    "another Tidewright runs on " + home,
                    "Stop it, or give this one a folder of its own with TIDEWRIGHT_HOME.");
        }
        return channel;
    }

    /** After a {@code kill -9} of the control plane the postmaster lives on and would refuse a second one. */
    private static void stopLeftover(Path pidFile) throws IOException {
        if (!Files.exists(pidFile)) {
            return;
        }
        var leftover = firstLine(pidFile)
                .flatMap(ProcessHandle::of)
                .filter(process -> process.info().command().orElse("").endsWith("postgres"));
        if (leftover.isPresent()) {
            LOG.info(
                    "stopping the database process {} that an earlier run left behind",
                    leftover.get().pid());
            leftover.get().destroy();
            await(leftover.get().onExit(), leftover.get());
        }
        Files.deleteIfExists(pidFile);
    }

    private static Optional<Long> firstLine(Path pidFile) throws IOException {
        try (var lines = Files.lines(pidFile)) {
            return lines.findFirst()
                    .map(String::strip)
                    .filter(line -> line.matches("[0-9]+"))
                    .map(Long::valueOf);
        }
    }

    private static void await(CompletableFuture<ProcessHandle> exit, ProcessHandle process) {
        try {
            exit.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException stubborn) {
            process.destroyForcibly();
            exit.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the earlier database stopped", interrupted);
        }
    }

    private static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            var random = new byte[24];
            new SecureRandom().nextBytes(random);
            var ownerOnly = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            Files.createFile(file, ownerOnly);
            Files.writeString(file, HexFormat.of().formatHex(random));
        }
        return Files.readString(file).strip();
    }

    /** initdb leaves {@code trust}: any local user would be superuser. */
    private static void secure(EmbeddedPostgres postgres, Path data, String password) throws IOException {
        var rules = data.resolve("pg_hba.conf");
        var wanted = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n";
        if (Files.readString(rules).equals(wanted)) {
            return;
        }
        try (var connection = postgres.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("ALTER USER postgres PASSWORD '" + password + "'");
            Files.writeString(rules, wanted);
            statement.execute("SELECT pg_reload_conf()");
        } catch (java.sql.SQLException failed) {
            throw new IOException("the embedded database could not be given a password", failed);
        }
    }
}
