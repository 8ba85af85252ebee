package dev.tidewright.autoscaling;

import dev.tidewright.kernel.Ids;
import dev.tidewright.serving.ClusterScaling;
import dev.tidewright.serving.ScalingLog;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Keeps the decisions that changed a number of replicas. */
@Component
class DecisionRows implements ScalingLog {

    private final JdbcClient jdbc;

    DecisionRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * A decision that was carried out.
     *
     * @param measured load per live replica, in the unit of the policy
     * @param burst the fast window decided
     */
    record Kept(
            UUID id, Instant at, int from, int to, double measured, double target, boolean burst, String sentence) {}

    void add(UUID endpoint, ScalingDecision decision, double target, Instant at) {
        jdbc.sql("""
                INSERT INTO scaling_decision
                    (id, endpoint_id, at, from_replicas, to_replicas, measured, target, burst, sentence)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
                .params(
                        Ids.next(at),
                        endpoint,
                        Timestamp.from(at),
                        decision.from(),
                        decision.to(),
                        decision.measured(),
                        target,
                        decision.burst(),
                        decision.sentence())
                .update();
    }

    @Override
    public void add(UUID endpoint, int from, int to, ClusterScaling why, Instant at) {
        var reading = why.decisive();
        var measured = reading == null || reading.current() == null ? 0 : reading.current();
        var target = reading == null ? 0 : reading.target();
        var sentence = (why.sentence().isEmpty() ? "the cluster's autoscaler decided" : why.sentence()) + " → " + from
                + " to " + to;
        add(endpoint, new ScalingDecision(from, to, measured, false, sentence), target, at);
    }

    /** Newest first. */
    List<Kept> of(UUID endpoint, @Nullable UUID before, int limit) {
        return jdbc.sql("""
                SELECT * FROM scaling_decision
                WHERE endpoint_id = :endpoint AND (CAST(:before AS uuid) IS NULL OR id < :before)
                ORDER BY id DESC LIMIT :limit
                """)
                .param("endpoint", endpoint)
                .param("before", before)
                .param("limit", limit)
                .query((row, number) -> new Kept(
                        row.getObject("id", UUID.class),
                        row.getTimestamp("at").toInstant(),
                        row.getInt("from_replicas"),
                        row.getInt("to_replicas"),
                        row.getDouble("measured"),
                        row.getDouble("target"),
                        row.getBoolean("burst"),
                        row.getString("sentence")))
                .list();
    }
}
