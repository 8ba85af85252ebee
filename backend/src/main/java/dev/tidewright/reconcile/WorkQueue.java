package dev.tidewright.reconcile;

import dev.tidewright.kernel.Text;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The table of work that is due. Safe for any number of processes on one database. */
@Component
public class WorkQueue {

    private static final Duration LEASE = Duration.ofSeconds(20);

    private final JdbcClient jdbc;
    private final InstantSource clock;
    private final ApplicationEventPublisher events;

    WorkQueue(JdbcClient jdbc, InstantSource clock, ApplicationEventPublisher events) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.events = events;
    }

    /** Makes an item due now, as part of the caller's transaction if there is one. Repeating it is harmless. */
    public void put(String kind, UUID id) {
        // One that is due and waits stays as it is, but locked: its pass begins after the caller's transaction.
        var changed = jdbc.sql("""
                INSERT INTO work_item (kind, id, due_at) VALUES (:kind, :id, :now)
                ON CONFLICT (kind, id)
                DO UPDATE SET due_at = least(work_item.due_at, excluded.due_at), hints = work_item.hints + 1
                WHERE work_item.owner IS NOT NULL OR work_item.due_at > excluded.due_at
                """)
                .param("kind", kind)
                .param("id", id)
                .param("now", Timestamp.from(clock.instant()))
                .update();
        if (changed > 0) {
            events.publishEvent(new WorkArrived());
        }
    }

    /** Whether there is still something to do for it, now or later. */
    public boolean has(String kind, UUID id) {
        return jdbc.sql("SELECT EXISTS (SELECT 1 FROM work_item WHERE kind = :kind AND id = :id)")
                .param("kind", kind)
                .param("id", id)
                .query(Boolean.class)
                .single();
    }

    /** Takes up to {@code limit} due items that nobody works on, oldest first, and leases them. */
    List<Claim> claim(String owner, int limit) {
        return claim(owner, limit, Set.of(), 0);
    }

    /**
     * The same with a limit of their own for some kinds.
     *
     * @param limit of items of other kinds than {@code outside}
     * @param outsideLimit of items of these kinds
     */
    List<Claim> claim(String owner, int limit, Set<String> outside, int outsideLimit) {
        var now = clock.instant();
        return jdbc.sql("""
                UPDATE work_item w SET owner = :owner, lease_until = :lease
                FROM (SELECT * FROM (SELECT kind, id FROM work_item
                          WHERE due_at <= :now AND (lease_until IS NULL OR lease_until < :now) AND kind <> ALL (:outside)
                          ORDER BY due_at LIMIT :limit FOR UPDATE SKIP LOCKED) inside
                      UNION ALL SELECT * FROM (SELECT kind, id FROM work_item
                          WHERE due_at <= :now AND (lease_until IS NULL OR lease_until < :now) AND kind = ANY (:outside)
                          ORDER BY due_at LIMIT :outsideLimit FOR UPDATE SKIP LOCKED) outside) due
                WHERE w.kind = due.kind AND w.id = due.id
                RETURNING w.kind, w.id, w.hints, w.failures
                """)
                .param("owner", owner)
                .param("lease", Timestamp.from(now.plus(LEASE)))
                .param("now", Timestamp.from(now))
                .param("limit", limit)
                .param("outside", outside.toArray(String[]::new))
                .param("outsideLimit", outsideLimit)
                .query((row, number) -> new Claim(
                        row.getString("kind"),
                        row.getObject("id", UUID.class),
                        row.getLong("hints"),
                        row.getInt("failures")))
                .list();
    }

    /**
     * Ends a pass. An item that was hinted meanwhile is due again at once, whatever the pass asked for.
     *
     * @return whether it is due at once
     */
    boolean settle(Claim claim, String owner, Next next) {
        var now = clock.instant();
        var due = switch (next) {
            case Next.Again again -> now.plus(again.in());
            case Next.Done done -> now;
        };
        return !(next instanceof Next.Done && deleted(claim, owner)) && released(claim, owner, due, 0, "");
    }

    /** Ends a pass that threw: again after a delay that doubles from 1 s to 60 s. */
    void failed(Claim claim, String owner, RuntimeException fault) {
        var failures = claim.failures() + 1;
        var delay = Duration.ofSeconds(Math.min(60, 1L << Math.min(6, failures - 1)));
        var _ = released(claim, owner, clock.instant().plus(delay), failures, Text.shortened(fault.toString(), 500));
    }

    /** How many items are due and not being worked. */
    long due() {
        return jdbc.sql("SELECT count(*) FROM work_item WHERE due_at <= ? AND owner IS NULL")
                .param(Timestamp.from(clock.instant()))
                .query(Long.class)
                .single();
    }

    void renew(String owner) {
        jdbc.sql("UPDATE work_item SET lease_until = :lease WHERE owner = :owner")
                .param("lease", Timestamp.from(clock.instant().plus(LEASE)))
                .param("owner", owner)
                .update();
    }

    /** Gives back what an earlier process of the same name held when it died. */
    void reclaim(String owner) {
        jdbc.sql("UPDATE work_item SET owner = NULL, lease_until = NULL WHERE owner = :owner")
                .param("owner", owner)
                .update();
    }

    private boolean deleted(Claim claim, String owner) {
        return jdbc.sql("DELETE FROM work_item WHERE kind = ? AND id = ? AND owner = ? AND hints = ?")
                        .params(claim.kind(), claim.id(), owner, claim.hints())
                        .update()
                == 1;
    }

    private boolean released(Claim claim, String owner, Instant due, int failures, String fault) {
        return jdbc.sql("""
                UPDATE work_item SET owner = NULL, lease_until = NULL, failures = :failures, fault = :fault,
                    due_at = CASE WHEN hints = :hints THEN :due ELSE least(:due, CAST(:now AS timestamptz)) END
                WHERE kind = :kind AND id = :id AND owner = :owner
                RETURNING due_at <= :now
                """)
                .param("failures", failures)
                .param("fault", fault)
                .param("hints", claim.hints())
                .param("due", Timestamp.from(due))
                .param("now", Timestamp.from(clock.instant()))
                .param("kind", claim.kind())
                .param("id", claim.id())
                .param("owner", owner)
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    /** An item that this process holds; {@code hints} as counted when it was taken. */
    record Claim(String kind, UUID id, long hints, int failures) {}

    /** Published with every {@code put}; wakes the loop after the commit. */
    record WorkArrived() {}
}
