import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A PostgreSQL of its own for several servers: {@code java -cp 'lib/*' Database.java FOLDER}. Prints its JDBC address and ends
 * with its standard input. As durable as the platform's own, without a password, on this machine only.
 */
public class Database {

    public static void main(String[] arguments) throws Exception {
        var folder = Path.of(arguments[0]);
        try (var postgres = EmbeddedPostgres.builder()
                .setDataDirectory(folder.resolve("postgres"))
                .setOverrideWorkingDirectory(folder.resolve("postgres-binaries").toFile())
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "100")
                .setPGStartupWait(Duration.ofSeconds(60))
                .start()) {
            System.out.println(postgres.getJdbcUrl("postgres", "postgres"));
            System.in.transferTo(java.io.OutputStream.nullOutputStream());
        }
    }
}
