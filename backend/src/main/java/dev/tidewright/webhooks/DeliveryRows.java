package dev.tidewright.webhooks;

import dev.tidewright.kernel.Name;
import dev.tidewright.webhooks.DeliveryView.Attempt;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** Deliveries and their attempts, and how the receivers do that get them. */
@Repository
class DeliveryRows {

    private final JdbcClient jdbc;

    DeliveryRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** The webhooks that are told of an event. */
    List<UUID> receivers(Name namespace, WebhookEvent event) {
        return jdbc.sql("""
                SELECT id FROM webhook WHERE namespace = ? AND status = 'ACTIVE' AND jsonb_exists(events, ?) ORDER BY id
                """)
                .params(namespace.value(), event.text())
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
    }

    /** Deletes all webhooks of a namespace that is deleted. */
    void deleteAll(Name namespace) {
        jdbc.sql("DELETE FROM webhook WHERE namespace = ?")
                .param(namespace.value())
                .update();
    }

    /** A delivery that is due at once. */
    void add(UUID id, UUID webhook, WebhookEvent event, String subject, String body, Instant now) {
        jdbc.sql("""
                INSERT INTO webhook_delivery
                    (id, webhook_id, event, subject, body, test, status, made_at, asked_at, next_at)
                VALUES (:id, :webhook, :event, :subject, :body, false, 'WAITING', :now, :now, :now)
                """)
                .param("id", id)
                .param("webhook", webhook)
                .param("event", event.text())
                .param("subject", subject)
                .param("body", body)
                .param("now", Timestamp.from(now))
                .update();
    }

    /** A test that is over already. */
    void addTest(UUID id, UUID webhook, WebhookEvent event, String body, Outcome outcome) {
        var delivered = outcome.fate() == Outcome.Fate.DELIVERED;
        jdbc.sql("""
                INSERT INTO webhook_delivery (id, webhook_id, event, subject, body, test, status, attempts, made_at,
                    asked_at, ended_at, reason)
                SELECT :id, :webhook, :event, 'a test', :body, true, :status, 1, :at, :at, :at, :reason
                WHERE EXISTS (SELECT 1 FROM webhook WHERE id = :webhook)
                """)
                .param("id", id)
                .param("webhook", webhook)
                .param("event", event.text())
                .param("body", body)
                .param("status", (delivered ? DeliveryStatus.DELIVERED : DeliveryStatus.GIVEN_UP).name())
                .param("at", Timestamp.from(outcome.at()))
                .param("reason", delivered ? "" : "a test is not repeated")
                .update();
        attempted(id, outcome);
    }

    /** Where and how to send now; empty for a webhook that is not there or has nothing to send now. */
    Optional<Due> next(UUID webhook) {
        return jdbc.sql("""
                SELECT w.url, w.secret, w.rests_until, d.id, d.body, d.next_at
                FROM webhook w JOIN webhook_delivery d ON d.webhook_id = w.id AND d.status = 'WAITING'
                WHERE w.id = ? AND w.status = 'ACTIVE' ORDER BY d.next_at, d.seq LIMIT 1
                """)
                .param(webhook)
                .query((row, number) -> {
                    var rests = instant(row, "rests_until");
                    var next = row.getTimestamp("next_at").toInstant();
                    return new Due(
                            new Parcel(
                                    row.getObject("id", UUID.class),
                                    webhook,
                                    row.getString("url"),
                                    row.getBytes("secret"),
                                    row.getString("body")),
                            rests == null || rests.isBefore(next) ? next : rests);
                })
                .optional();
    }

    /** Ends a delivery; false when it is not there any more. */
    boolean end(UUID id, DeliveryStatus status, String reason, Instant now) {
        return jdbc.sql("""
                UPDATE webhook_delivery SET status = :status, reason = :reason, attempts = attempts + 1, next_at = NULL,
                    ended_at = :now WHERE id = :id
                """)
                        .param("status", status.name())
                        .param("reason", reason)
                        .param("now", Timestamp.from(now))
                        .param("id", id)
                        .update()
                == 1;
    }

    /** Has a delivery tried again later. */
    void postpone(UUID id, Instant next) {
        jdbc.sql("UPDATE webhook_delivery SET attempts = attempts + 1, next_at = ? WHERE id = ?")
                .params(Timestamp.from(next), id)
                .update();
    }

    /** How often a delivery was tried since it was asked for; empty when it is not there any more. Locks it. */
    Optional<Integer> attemptsOf(UUID id) {
        return jdbc.sql("SELECT attempts FROM webhook_delivery WHERE id = ? FOR UPDATE")
                .param(id)
                .query(Integer.class)
                .optional();
    }

    void attempted(UUID id, Outcome outcome) {
        jdbc.sql("""
                INSERT INTO webhook_attempt (delivery_id, number, at, http_status, error, millis)
                SELECT d.id, (SELECT count(*) + 1 FROM webhook_attempt WHERE delivery_id = d.id), :at, :status, :error, :millis
                FROM webhook_delivery d WHERE d.id = :id
                """)
                .param("id", id)
                .param("at", Timestamp.from(outcome.at()))
                .param("status", outcome.status(), Types.INTEGER)
                .param("error", outcome.error())
                .param("millis", outcome.took().toMillis())
                .update();
    }

    /** The receiver has answered, whatever. */
    void awake(UUID webhook) {
        jdbc.sql("UPDATE webhook SET silences = 0, rests_until = NULL WHERE id = ? AND silences > 0")
                .param(webhook)
                .update();
    }

    /** Nobody was there. Answers how many times in a row. */
    int silent(UUID webhook) {
        return jdbc.sql("UPDATE webhook SET silences = silences + 1 WHERE id = ? RETURNING silences")
                .param(webhook)
                .query(Integer.class)
                .optional()
                .orElse(1);
    }

    void rest(UUID webhook, Instant until) {
        jdbc.sql("UPDATE webhook SET rests_until = ? WHERE id = ?")
                .params(Timestamp.from(until), webhook)
                .update();
    }

    /** Has a delivery sent again, or sooner; false when there is none. */
    boolean again(UUID webhook, UUID id, Instant now) {
        var found = jdbc.sql("""
                UPDATE webhook_delivery SET status = 'WAITING', attempts = 0, asked_at = :now, next_at = :now,
                    ended_at = NULL, reason = '' WHERE id = :id AND webhook_id = :webhook
                """)
                .param("now", Timestamp.from(now))
                .param("id", id)
                .param("webhook", webhook)
                .update();
        jdbc.sql("UPDATE webhook SET rests_until = NULL WHERE id = ?")
                .param(webhook)
                .update();
        return found == 1;
    }

    /** Gives up what has waited for too long. Answers how many. */
    int expire(UUID webhook, Instant before, String reason, Instant now) {
        return jdbc.sql("""
                UPDATE webhook_delivery SET status = 'GIVEN_UP', reason = :reason, next_at = NULL, ended_at = :now
                WHERE webhook_id = :webhook AND status = 'WAITING' AND asked_at < :before
                """)
                .param("reason", reason)
                .param("now", Timestamp.from(now))
                .param("webhook", webhook)
                .param("before", Timestamp.from(before))
                .update();
    }

    void forget(UUID webhook, Instant before) {
        jdbc.sql("DELETE FROM webhook_delivery WHERE webhook_id = ? AND status <> 'WAITING' AND ended_at < ?")
                .params(webhook, Timestamp.from(before))
                .update();
    }

    /** Newest first. */
    List<DeliveryView> list(UUID webhook, @Nullable DeliveryStatus status, @Nullable Long before, int limit) {
        var deliveries = jdbc.sql("""
                SELECT * FROM webhook_delivery WHERE webhook_id = :webhook AND seq < :before
                    AND (CAST(:status AS text) IS NULL OR status = :status) ORDER BY seq DESC LIMIT :limit
                """)
                .param("webhook", webhook)
                .param("before", before == null ? Long.MAX_VALUE : before)
                .param("status", status == null ? null : status.name())
                .param("limit", limit)
                .query(DeliveryRows::view)
                .list();
        return withAttempts(deliveries);
    }

    Optional<DeliveryView> find(UUID webhook, UUID id) {
        var delivery = jdbc.sql("SELECT * FROM webhook_delivery WHERE webhook_id = ? AND id = ?")
                .params(webhook, id)
                .query(DeliveryRows::view)
                .list();
        return withAttempts(delivery).stream().findFirst();
    }

    /** What is sent, as it is sent. */
    Optional<String> body(UUID webhook, UUID id) {
        return jdbc.sql("SELECT body FROM webhook_delivery WHERE webhook_id = ? AND id = ?")
                .params(webhook, id)
                .query(String.class)
                .optional();
    }

    /** How many deliveries of each webhook of a namespace wait or were given up, tests left out. */
    Map<UUID, Counts> counts(Name namespace) {
        var counts = new LinkedHashMap<UUID, Counts>();
        jdbc.sql("""
                SELECT w.id, count(*) FILTER (WHERE d.status = 'WAITING') AS waiting,
                    count(*) FILTER (WHERE d.status = 'GIVEN_UP') AS given_up
                FROM webhook w LEFT JOIN webhook_delivery d ON d.webhook_id = w.id AND NOT d.test
                WHERE w.namespace = ? GROUP BY w.id
                """)
                .param(namespace.value())
                .query((row, number) -> counts.put(
                        row.getObject("id", UUID.class), new Counts(row.getLong("waiting"), row.getLong("given_up"))))
                .list();
        return counts;
    }

    private List<DeliveryView> withAttempts(List<DeliveryView> deliveries) {
        var attempts = new LinkedHashMap<UUID, List<Attempt>>();
        jdbc.sql("SELECT * FROM webhook_attempt WHERE delivery_id = ANY (?) ORDER BY delivery_id, number")
                .param(deliveries.stream().map(DeliveryView::id).toArray(UUID[]::new))
                .query((row, number) -> attempts.computeIfAbsent(
                                row.getObject("delivery_id", UUID.class), none -> new ArrayList<>())
                        .add(new Attempt(
                                row.getInt("number"),
                                row.getTimestamp("at").toInstant(),
                                row.getObject("http_status", Integer.class),
                                row.getString("error"),
                                row.getLong("millis"))))
                .list();
        return deliveries.stream()
                .map(delivery -> delivery.with(attempts.getOrDefault(delivery.id(), List.of())))
                .toList();
    }

    private static DeliveryView view(ResultSet row, int number) throws SQLException {
        return new DeliveryView(
                row.getObject("id", UUID.class),
                WebhookEvent.of(row.getString("event")),
                row.getString("subject"),
                row.getBoolean("test"),
                DeliveryStatus.valueOf(row.getString("status")),
                row.getTimestamp("made_at").toInstant(),
                instant(row, "next_at"),
                instant(row, "ended_at"),
                row.getString("reason"),
                List.of(),
                row.getLong("seq"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        var at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }

    /**
     * What is sent next.
     *
     * @param from when at the soonest
     */
    record Due(Parcel parcel, Instant from) {

        Duration in(Instant now) {
            var wait = Duration.between(now, from);
            return wait.isNegative() ? Duration.ZERO : wait;
        }
    }

    /** How many deliveries are not delivered. */
    record Counts(long waiting, long givenUp) {}
}
