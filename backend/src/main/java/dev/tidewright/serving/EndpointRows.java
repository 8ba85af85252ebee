package dev.tidewright.serving;

import dev.tidewright.catalog.VersionUser;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Finds endpoints by what is not their name. */
@Component
class EndpointRows {

    private final JdbcClient jdbc;

    EndpointRows(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Ids, youngest first. */
    List<UUID> find(Name namespace, EndpointQuery query, @Nullable UUID before, int limit) {
        var sql = new StringBuilder("SELECT id FROM endpoint WHERE namespace = :namespace AND deleted_at IS NULL");
        var parameters = new LinkedHashMap<String, Object>();
        parameters.put("namespace", namespace.value());
        parameters.put("limit", limit);
        if (query.phase() != null) {
            sql.append(" AND phase = :phase");
            parameters.put("phase", query.phase().name());
        }
        if (query.q() != null && !query.q().isBlank()) {
            sql.append(" AND position(lower(:q) IN name) > 0");
            parameters.put("q", query.q().strip());
        }
        if (query.label() != null && !query.label().isBlank()) {
            var parts = query.label().split("=", 2);
            if (parts.length != 2) {
                throw new Refusal.Malformed("invalid-label", "label", "give a label as key=value");
            }
            sql.append(" AND labels ->> :key = :value");
            parameters.put("key", parts[0]);
            parameters.put("value", parts[1]);
        }
        if (before != null) {
            sql.append(" AND id < :before");
            parameters.put("before", before);
        }
        return jdbc.sql(sql.append(" ORDER BY id DESC LIMIT :limit").toString())
                .params(parameters)
                .query((row, number) -> row.getObject("id", UUID.class))
                .list();
    }

    /** Endpoints that serve, or would return to, a version; one line each. */
    List<VersionUser> usersOf(UUID versionId) {
        return jdbc.sql("""
                SELECT e.name, min(r.number) AS number FROM endpoint_revision r
                JOIN endpoint e ON e.id = r.endpoint_id
                LEFT JOIN revision_run run ON run.revision_id = r.id
                WHERE r.model_version_id = ? AND e.deleted_at IS NULL
                    AND (run.live OR r.number = e.target_revision OR r.number = e.stable_revision)
                GROUP BY e.name ORDER BY e.name
                """)
                .param(versionId)
                .query((row, number) -> new VersionUser(
                        "endpoint " + row.getString("name") + " (revision " + row.getInt("number") + ")",
                        "/endpoints/" + row.getString("name")))
                .list();
    }
}
