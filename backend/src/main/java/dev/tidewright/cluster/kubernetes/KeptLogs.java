package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.LogSlice;
import dev.tidewright.cluster.WorkloadId;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The logs of replicas, shared by all servers on one database (ADR 0013). A log belongs to the server that took it, until
 * that one has not been heard of for {@value #ALIVE_SECONDS} s. Two that both think they have it do no harm: see {@link
 * ReplicaLog}.
 */
final class KeptLogs {

    static final int ALIVE_SECONDS = 6;

    private final JdbcClient jdbc;
    private final String server;

    /** @param server the name of this one, the same after a restart */
    KeptLogs(JdbcClient jdbc, String server) {
        this.jdbc = jdbc;
        this.server = server;
    }

    /** This server lives; what it has remains its own. */
    void beat() {
        alive(ALIVE_SECONDS);
        jdbc.sql("DELETE FROM kept_log WHERE forgotten_at < now() - interval '1 day'")
                .update();
    }

    /** Another may take what this one has, at once. */
    void leave() {
        alive(0);
    }

    private void alive(int seconds) {
        jdbc.sql("""
                INSERT INTO log_keeper (name, alive_until) VALUES (:name, now() + :seconds * interval '1 second')
                ON CONFLICT (name) DO UPDATE SET alive_until = excluded.alive_until
                """).param("name", server).param("seconds", seconds).update();
    }

    /** Empty where another server has it, or nothing will be added to it any more. */
    Optional<ReplicaLog> take(WorkloadId id, String replica, String pod) {
        return jdbc.sql("""
                INSERT INTO kept_log (pod, namespace, kind, workload, replica, owner)
                VALUES (:pod, :namespace, :kind, :workload, :replica, :server)
                ON CONFLICT (pod) DO UPDATE SET owner = excluded.owner
                WHERE NOT kept_log.ended AND kept_log.forgotten_at IS NULL AND (kept_log.owner = excluded.owner
                    OR NOT EXISTS (SELECT FROM log_keeper WHERE name = kept_log.owner AND alive_until > now()))
                RETURNING id, end_at, last_line, restarts
                """)
                .param("pod", pod)
                .param("namespace", id.namespace().value())
                .param("kind", id.kind())
                .param("workload", id.name())
                .param("replica", replica)
                .param("server", server)
                .query((row, number) -> new ReplicaLog(
                        jdbc,
                        row.getLong("id"),
                        server,
                        new ReplicaLog.Cursor(
                                row.getLong("end_at"),
                                Instant.parse(row.getString("last_line")),
                                row.getInt("restarts"))))
                .optional();
    }

    /** Of these pods' logs those that no living server writes to: they ended, were forgotten, or may be taken. */
    List<String> idle(Collection<String> pods) {
        return jdbc.sql("""
                SELECT pod FROM kept_log WHERE pod = ANY(:pods) AND (ended OR forgotten_at IS NOT NULL
                    OR NOT EXISTS (SELECT FROM log_keeper WHERE name = kept_log.owner AND alive_until > now()))
                """)
                .param("pods", pods.toArray(String[]::new))
                .query((row, number) -> row.getString(1))
                .list();
    }

    /** Whether this pod's log was kept as this workload's: only those are that showed that they were ours. */
    boolean isOf(WorkloadId id, String pod) {
        return jdbc.sql(
                        "SELECT namespace = :namespace AND kind = :kind AND workload = :workload FROM kept_log WHERE pod = :pod")
                .param("namespace", id.namespace().value())
                .param("kind", id.kind())
                .param("workload", id.name())
                .param("pod", pod)
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    /** Nothing will be added to it. */
    boolean isOver(String pod) {
        return jdbc.sql("SELECT ended OR forgotten_at IS NOT NULL FROM kept_log WHERE pod = :pod")
                .param("pod", pod)
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    /**
     * A piece of the log.
     *
     * @param followed its pod is still there: more may come, unless the log is known to have ended
     */
    LogSlice read(WorkloadId id, String replica, long position, int maxBytes, boolean followed) {
        return jdbc.sql("""
                SELECT id, start_at, end_at, ended FROM kept_log
                WHERE namespace = :namespace AND kind = :kind AND workload = :workload AND replica = :replica
                    AND forgotten_at IS NULL
                ORDER BY id DESC LIMIT 1
                """)
                .param("namespace", id.namespace().value())
                .param("kind", id.kind())
                .param("workload", id.name())
                .param("replica", replica)
                .query((row, number) -> new Extent(
                        row.getLong("id"),
                        row.getLong("start_at"),
                        row.getLong("end_at"),
                        row.getBoolean("ended") || !followed))
                .optional()
                .map(extent -> slice(extent, position, maxBytes))
                .orElseGet(() -> new LogSlice("", 0, 0, !followed));
    }

    private record Extent(long id, long start, long end, boolean over) {}

    private LogSlice slice(Extent extent, long position, int maxBytes) {
        var start = Math.clamp(position, extent.start(), extent.end());
        var end = Math.min(extent.end(), start + Math.max(LogSlice.LEAST, maxBytes));
        var pieces = jdbc.sql("""
                SELECT start_at, bytes FROM kept_log_piece
                WHERE log_id = :id AND start_at < :end AND start_at >=
                    (SELECT coalesce(max(start_at), 0) FROM kept_log_piece WHERE log_id = :id AND start_at <= :start)
                ORDER BY start_at
                """)
                .param("id", extent.id())
                .param("start", start)
                .param("end", end)
                .query((row, number) -> new Piece(row.getLong("start_at"), row.getBytes("bytes")))
                .list();
        var bytes = new ByteArrayOutputStream();
        pieces.forEach(piece -> piece.copy(start, end, bytes));
        // The oldest may have been let go since.
        var first = pieces.isEmpty() ? start : Math.max(start, pieces.getFirst().start());
        return LogSlice.cut(bytes.toByteArray(), first, end == extent.end(), extent.over());
    }

    private record Piece(long start, byte[] bytes) {

        void copy(long from, long to, ByteArrayOutputStream target) {
            var first = Math.max(0, from - start);
            var last = Math.min(bytes.length, to - start);
            if (first < last) {
                target.write(bytes, (int) first, (int) (last - first));
            }
        }
    }

    /** The workload was deleted: what it said goes with it, also what its pods may say while they are going. */
    void forget(WorkloadId id) {
        jdbc.sql("""
                WITH forgotten AS (
                    UPDATE kept_log SET forgotten_at = now()
                    WHERE namespace = :namespace AND kind = :kind AND workload = :workload AND forgotten_at IS NULL
                    RETURNING id)
                DELETE FROM kept_log_piece WHERE log_id IN (SELECT id FROM forgotten)
                """)
                .param("namespace", id.namespace().value())
                .param("kind", id.kind())
                .param("workload", id.name())
                .update();
    }
}
