package dev.tidewright.cluster.kubernetes;

import java.time.Instant;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The kept log of one replica, as written by the server that has it. Lines and the cursor that says up to which line, by
 * the time that the node stamped on it, they are whole go into the database by one statement, which changes nothing where
 * the cursor is not what this writer left or another server has the log: whoever writes, nothing is there twice or missing.
 * Used by one thread.
 */
final class ReplicaLog {

    /** Older bytes are let go. */
    static final long LONGEST = 200L << 20;

    /** A piece grows to about this much before the next is begun: a row for each line would be mostly overhead. */
    private static final int PIECE = 2 << 10;

    private static final long TRIM = 4L << 20;

    private final JdbcClient jdbc;
    private final long id;
    private final String owner;
    private Cursor cursor;

    /** Where the last piece begins. */
    private long tail;

    /**
     * How far it goes.
     *
     * @param end bytes, from the very beginning
     * @param last when the last line was written; {@link Instant#EPOCH} before the first
     * @param restarts of the container whose output is followed
     */
    record Cursor(long end, Instant last, int restarts) {}

    ReplicaLog(JdbcClient jdbc, long id, String owner, Cursor cursor) {
        this.jdbc = jdbc;
        this.id = id;
        this.owner = owner;
        this.cursor = cursor;
        this.tail = cursor.end();
    }

    Cursor cursor() {
        return cursor;
    }

    /**
     * Adds whole lines.
     *
     * @param last when the last of these lines was written
     * @return false when the log is not this writer's any more; nothing was added then
     */
    boolean append(byte[] lines, Instant last) {
        var grows = cursor.end() > tail && cursor.end() - tail < PIECE;
        var added = jdbc.sql("""
                WITH moved AS (
                    UPDATE kept_log SET end_at = end_at + length(:lines), last_line = :last
                    WHERE id = :id AND owner = :owner AND end_at = :end AND forgotten_at IS NULL RETURNING id)
                INSERT INTO kept_log_piece (log_id, start_at, bytes) SELECT id, :piece, :lines FROM moved
                ON CONFLICT ON CONSTRAINT kept_log_piece_pk DO UPDATE SET bytes = kept_log_piece.bytes || excluded.bytes
                """)
                .param("lines", lines)
                .param("last", last.toString())
                .param("id", id)
                .param("owner", owner)
                .param("end", cursor.end())
                .param("piece", grows ? tail : cursor.end())
                .update();
        if (added == 0) {
            return false;
        }
        tail = grows ? tail : cursor.end();
        var before = cursor.end();
        cursor = new Cursor(before + lines.length, last, cursor.restarts());
        if (cursor.end() > LONGEST && before / TRIM != cursor.end() / TRIM) {
            letGo(cursor.end() - LONGEST);
        }
        return true;
    }

    private void letGo(long before) {
        jdbc.sql("""
                WITH gone AS (DELETE FROM kept_log_piece WHERE log_id = :id AND start_at < :before)
                UPDATE kept_log SET start_at = coalesce(
                    (SELECT min(start_at) FROM kept_log_piece WHERE log_id = :id AND start_at >= :before), end_at)
                WHERE id = :id
                """).param("id", id).param("before", before).update();
    }

    /** False when the log is not this writer's any more. */
    boolean follows(int restarts) {
        var moved = change("restarts = :restarts", restarts);
        cursor = new Cursor(cursor.end(), cursor.last(), restarts);
        return moved;
    }

    /** Nothing will follow. */
    void end() {
        change("ended = true, restarts = :restarts", cursor.restarts());
    }

    private boolean change(String what, int restarts) {
        return jdbc.sql("UPDATE kept_log SET " + what + " WHERE id = :id AND owner = :owner AND end_at = :end")
                        .param("restarts", restarts)
                        .param("id", id)
                        .param("owner", owner)
                        .param("end", cursor.end())
                        .update()
                == 1;
    }
}
