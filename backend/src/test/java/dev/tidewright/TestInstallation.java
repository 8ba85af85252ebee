package dev.tidewright;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.util.FileSystemUtils;

/** One temporary home and one PostgreSQL a JVM, gone with it. */
public class TestInstallation implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    public static final String ADMIN_PASSWORD = "correct horse battery staple";
    public static final String ADMIN_TOKEN = "tw_test_admin_token_0123456789abcdef";

    private static final Path HOME = temporaryHome();
    private static final EmbeddedPostgres POSTGRES = postgres();

    /** The folder of this JVM's installation. */
    public static Path home() {
        return HOME;
    }

    /** A JDBC address of the shared database. */
    public static String databaseUrl() {
        return POSTGRES.getJdbcUrl("postgres", "postgres");
    }

    /** The shared database for tests without Spring, with all its tables. */
    public static DataSource migrated() {
        return Migrated.DATABASE;
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        var gateway = freePort();
        TestPropertyValues.of(
                        "spring.datasource.url=" + databaseUrl(),
                        "tidewright.home=" + HOME,
                        "tidewright.gateway.port=" + gateway,
                        "tidewright.serving.gateway=http://127.0.0.1:" + gateway,
                        "tidewright.tenancy.admin-password=" + ADMIN_PASSWORD,
                        "tidewright.tenancy.admin-token=" + ADMIN_TOKEN,
                        "tidewright.webhooks.reach=127.0.0.1",
                        "tidewright.webhooks.first-retry=100ms",
                        "tidewright.webhooks.timeout=1s",
                        "tidewright.webhooks.attempts=4")
                .applyTo(context);
    }

    /** A port that was free a moment ago. */
    public static int freePort() {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static Path temporaryHome() {
        try {
            var home = Files.createTempDirectory("tidewright-test-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(home)));
            return home;
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static EmbeddedPostgres postgres() {
        try {
            return EmbeddedPostgres.builder()
                    .setOverrideWorkingDirectory(
                            Path.of(System.getProperty("java.io.tmpdir"), "tidewright-test-postgres")
                                    .toFile())
                    .setServerConfig("max_connections", "300")
                    .start();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static final class Migrated {
        static final DataSource DATABASE = POSTGRES.getPostgresDatabase();

        static {
            Flyway.configure()
                    .dataSource(DATABASE)
                    .locations("classpath:db/migrations")
                    .load()
                    .migrate();
        }
    }

    /** Workloads of the local cluster outlive the JVM by design; those of a test must not. */
    private static void cleanUp(Path home) {
        ProcessHandle.allProcesses()
                .filter(process -> process.info().arguments().stream()
                        .flatMap(java.util.Arrays::stream)
                        .anyMatch(argument -> argument.contains(home.toString())))
                .forEach(process -> {
                    process.descendants().forEach(ProcessHandle::destroyForcibly);
                    process.destroyForcibly();
                });
        try {
            FileSystemUtils.deleteRecursively(home);
        } catch (IOException stillInUse) {
            home.toFile().deleteOnExit();
        }
    }
}
