import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * Copies a finished job with its run, parameters and latest metrics many times: {@code java -cp postgresql.jar Seed.java PORT
 * PASSWORD NAMESPACE ROWS}. Whatever columns a table has, all are copied but those that make a row one of its own.
 */
public class Seed {

    public static void main(String[] arguments) throws Exception {
        var url = "jdbc:postgresql://127.0.0.1:" + arguments[0] + "/postgres";
        try (var connection = DriverManager.getConnection(url, "postgres", arguments[1])) {
            run(connection, """
                    CREATE TEMP TABLE original AS
                    SELECT id AS job, run_id AS run FROM training_job
                    WHERE namespace = '%s' AND status = 'SUCCEEDED' AND run_id IS NOT NULL ORDER BY id LIMIT 1
                    """.formatted(arguments[2]));
            run(connection, """
                    CREATE TEMP TABLE seeded AS
                    SELECT number, uuidv7() AS job, uuidv7() AS run, 'seeded-' || number AS name
                    FROM generate_series(1, %d) number
                    """.formatted(Integer.parseInt(arguments[3])));
            copy(connection, "run", "id = run", "'id', s.run, 'name', s.name, 'source_id', s.job, 'source_name', s.name");
            copy(connection, "run_param", "run_id = run", "'run_id', s.run");
            run(connection, """
                    INSERT INTO metric_series (run_id, key, points, step, at, value)
                    SELECT s.run, m.key, m.points, m.step, m.at, m.value
                    FROM metric_series m JOIN original ON m.run_id = original.run, seeded s
                    """);
            run(connection, "VACUUM ANALYZE metric_series");
            copy(connection, "training_job", "id = job", "'id', s.job, 'name', s.name, 'run_id', s.run");
        }
    }

    private static void copy(Connection connection, String table, String which, String own) throws SQLException {
        var rows = run(connection, """
                INSERT INTO %1$s
                SELECT (jsonb_populate_record(picked.one, jsonb_build_object(%3$s))).*
                FROM (SELECT t AS one FROM %1$s t, original WHERE t.%2$s) picked, seeded s
                """.formatted(table, which.replace("= ", "= original."), own));
        System.out.println(table + ": " + rows + " rows");
        run(connection, "VACUUM ANALYZE " + table);
    }

    private static int run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            return statement.executeUpdate(sql);
        }
    }
}
