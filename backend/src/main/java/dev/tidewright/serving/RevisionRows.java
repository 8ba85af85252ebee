package dev.tidewright.serving;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What became of revisions: they never change, so the history and the activations know it. */
@Component
class RevisionRows {

    private final JdbcClient jdbc;

    RevisionRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * What became of one revision.
     *
     * @param previous the revision that was wanted when it was made; null for the first
     * @param everReady a replica of it has answered requests at some time
     */
    record Fate(int number, @Nullable Integer previous, RevisionOutcome outcome, boolean everReady) {

        boolean served() {
            return outcome == RevisionOutcome.SERVED;
        }

        String words() {
            return outcome.words() + (everReady || outcome == RevisionOutcome.PENDING ? "" : ", never ready");
        }
    }

    Fate fate(UUID endpoint, int number) {
        return fates(endpoint, number, number).values().iterator().next();
    }

    /** By number, from {@code first} to {@code last}. */
    Map<Integer, Fate> fates(UUID endpoint, int first, int last) {
        return jdbc.sql("""
                SELECT r.number,
                    coalesce(
                        max(CAST(substring(h.from_value FROM '[0-9]+$') AS int)) FILTER (
                            WHERE h.verb IN ('deployed', 'rolled-back') AND h.to_value = 'revision ' || r.number),
                        nullif(r.number - 1, 0)) AS previous,
                    CASE
                        WHEN bool_or(h.verb = 'rollout-completed' AND h.to_value = 'revision ' || r.number) THEN 'SERVED'
                        WHEN bool_or(h.verb = 'rollout-aborted' AND h.from_value = 'revision ' || r.number) THEN 'ABORTED'
                        WHEN bool_or(h.verb = 'rollout-returned' AND h.from_value = 'revision ' || r.number) THEN 'RETURNED'
                        WHEN bool_or(h.verb = 'rollout-failed' AND h.from_value = 'revision ' || r.number) THEN 'FAILED'
                        WHEN r.number = e.target_revision THEN 'PENDING'
                        ELSE 'SUPERSEDED'
                    END AS outcome,
                    EXISTS (SELECT FROM revision_activation a
                        WHERE a.endpoint_id = r.endpoint_id AND a.revision = r.number) AS ever_ready
                FROM endpoint_revision r
                JOIN endpoint e ON e.id = r.endpoint_id
                LEFT JOIN history_entry h ON h.object_id = r.endpoint_id
                    AND h.verb IN ('deployed', 'rolled-back', 'rollout-completed', 'rollout-aborted', 'rollout-returned',
                        'rollout-failed')
                    AND 'revision ' || r.number IN (h.from_value, h.to_value)
                WHERE r.endpoint_id = ? AND r.number BETWEEN ? AND ?
                GROUP BY r.endpoint_id, r.number, e.target_revision
                """).params(endpoint, first, last).query(RevisionRows::fate).list().stream()
                .collect(Collectors.toMap(Fate::number, Function.identity()));
    }

    private static Fate fate(ResultSet row, int at) throws SQLException {
        return new Fate(
                row.getInt("number"),
                row.getObject("previous", Integer.class),
                RevisionOutcome.valueOf(row.getString("outcome")),
                row.getBoolean("ever_ready"));
    }
}
