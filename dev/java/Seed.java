import java.sql.DriverManager;

/** Copies a finished job (and its run) many times: {@code java -cp postgresql.jar Seed.java PORT PASSWORD NAMESPACE ROWS}. */
public class Seed {

    public static void main(String[] arguments) throws Exception {
        var url = "jdbc:postgresql://127.0.0.1:" + arguments[0] + "/postgres";
        try (var connection = DriverManager.getConnection(url, "postgres", arguments[1]);
                var statement = connection.createStatement()) {
            for (var table : new String[] {"training_job", "run"}) {
                // Whatever columns there are, all are copied but what makes a row one of its own.
                var copied = statement.executeUpdate("""
                        INSERT INTO %1$s
                        SELECT (jsonb_populate_record(original, copy)).*
                        FROM (SELECT * FROM %1$s WHERE namespace = '%2$s' ORDER BY id LIMIT 1) original,
                            LATERAL (SELECT jsonb_build_object('id', uuidv7(), 'name', 'seeded-' || number)
                                || CASE WHEN '%1$s' = 'run' THEN '{"source_id": null, "source_kind": null}'
                                        ELSE '{"run_id": null}' END::jsonb AS copy
                                FROM generate_series(1, %3$d) number OFFSET 0) copies
                        """.formatted(table, arguments[2], Integer.parseInt(arguments[3])));
                System.out.println(table + ": " + copied + " rows");
                statement.execute("VACUUM ANALYZE " + table);
            }
        }
    }
}
