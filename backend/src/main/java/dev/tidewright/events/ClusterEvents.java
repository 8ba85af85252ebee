package dev.tidewright.events;

import dev.tidewright.cluster.ClusterEvent;
import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import dev.tidewright.kernel.Text;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Keeps and reads what the cluster said. Several servers may keep the same: an event is one row, by the cluster's own uid. */
@Component
public class ClusterEvents {

    private static final int MOST = 200;
    private static final Duration AGE = Duration.ofDays(30);
    private static final int MESSAGE = 2_000;

    private final JdbcClient jdbc;
    private final InstantSource clock;

    ClusterEvents(JdbcClient jdbc, InstantSource clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    /** Writes nothing when it is known already, as it is. */
    void keep(ClusterEvent event) {
        var id = event.workload();
        var fresh = jdbc.sql("""
                INSERT INTO workload_event
                    (uid, namespace, kind, workload, warning, reason, object, message, count, first_at, last_at)
                VALUES (:uid, :namespace, :kind, :workload, :warning, :reason, :object, :message, :count, :first, :last)
                ON CONFLICT (uid) DO UPDATE SET message = excluded.message, count = excluded.count, last_at = excluded.last_at
                WHERE workload_event.count < excluded.count OR workload_event.last_at < excluded.last_at
                RETURNING xmax = 0
                """)
                .param("uid", event.uid())
                .param("namespace", id.namespace().value())
                .param("kind", id.kind())
                .param("workload", id.name())
                .param("warning", event.warning())
                .param("reason", event.reason())
                .param("object", event.object())
                .param("message", Text.shortened(event.message().replace("\0", ""), MESSAGE))
                .param("count", event.count())
                .param("first", Timestamp.from(event.firstAt()))
                .param("last", Timestamp.from(event.lastAt()))
                .query(Boolean.class)
                .optional();
        if (fresh.orElse(false)) {
            jdbc.sql("""
                    DELETE FROM workload_event WHERE uid IN (
                        SELECT uid FROM workload_event
                        WHERE namespace = :namespace AND kind = :kind AND workload = :workload
                        ORDER BY last_at DESC, uid DESC OFFSET :most)
                    """)
                    .param("namespace", id.namespace().value())
                    .param("kind", id.kind())
                    .param("workload", id.name())
                    .param("most", MOST)
                    .update();
        }
    }

    void forgetOld() {
        jdbc.sql("DELETE FROM workload_event WHERE last_at < :before")
                .param("before", Timestamp.from(clock.instant().minus(AGE)))
                .update();
    }

    /** For pages: how long what is here is here. */
    public String retention() {
        return "The newest " + MOST + " of each attempt or revision are kept, for " + AGE.toDays() + " days.";
    }

    /** Of all attempts of a job, the last said first. */
    public Slice<KeptEvent> ofJob(Name namespace, Name job, Instant since, @Nullable String cursor, int limit) {
        return of(namespace, "job", job + "-a", since, cursor, limit);
    }

    /** Of all revisions of an endpoint, the last said first. */
    public Slice<KeptEvent> ofEndpoint(Name namespace, Name name, Instant since, @Nullable String cursor, int limit) {
        return of(namespace, "revision", name + "-r", since, cursor, limit);
    }

    /** @param since when the object was made: an earlier one of its name is another story */
    private Slice<KeptEvent> of(
            Name namespace, String kind, String prefix, Instant since, @Nullable String cursor, int limit) {
        var before = Cursor.text(cursor).orElse("");
        var found = jdbc.sql("""
                SELECT * FROM workload_event
                WHERE namespace = :namespace AND kind = :kind AND workload ~ :pattern AND last_at >= :since
                    AND (:before = '' OR (last_at, uid) < (
                        SELECT last_at, uid FROM workload_event WHERE uid = :before))
                ORDER BY last_at DESC, uid DESC LIMIT :limit
                """)
                .param("namespace", namespace.value())
                .param("kind", kind)
                .param("pattern", "^" + prefix.replace(".", "\\.") + "[0-9]+$")
                // The cluster's times are whole seconds.
                .param("since", Timestamp.from(since.minusSeconds(1)))
                .param("before", before)
                .param("limit", limit + 1)
                .query((row, number) -> new KeptEvent(
                        row.getString("uid"),
                        row.getBoolean("warning"),
                        row.getString("reason"),
                        row.getString("object"),
                        row.getString("message"),
                        row.getInt("count"),
                        row.getTimestamp("first_at").toInstant(),
                        row.getTimestamp("last_at").toInstant()))
                .list();
        return Slice.of(found, limit, KeptEvent::uid);
    }
}
