package dev.tidewright.tracking;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import dev.tidewright.query.ListQuery;
import dev.tidewright.query.Order;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** What is read and written of runs without loading them. */
@Repository
class RunRows {

    private static final TypeReference<TreeMap<String, String>> TEXTS = new TypeReference<>() {};

    private final JdbcClient jdbc;
    private final JsonMapper json;

    RunRows(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    Slice<RunView> search(RunQuery asked) {
        var query = new ListQuery(RunFields::of);
        query.and("r.namespace = " + query.bind(asked.namespace().value()))
                .and("r.experiment " + among(asked.experiments(), query))
                .and(asked.lifecycle().sql("r.deleted_at"))
                .and(asked.conditions())
                .sortedBy(asked.orders(), new Order(RunFields.STARTED, true), new Order(RunFields.ID, true));
        return query.page(jdbc, "r.*", "run r", asked.cursor(), asked.limit(), this::view);
    }

    /** Of one experiment the index has the order too: a page reads no more rows than it shows. */
    private static String among(Collection<Long> experiments, ListQuery query) {
        return experiments.size() == 1
                ? "= " + query.bind(experiments.iterator().next())
                : "= ANY (" + query.bind(experiments.toArray(Long[]::new)) + ")";
    }

    void tag(UUID run, Map<String, String> tags) {
        jdbc.sql("UPDATE run SET tags = tags || CAST(? AS jsonb) WHERE id = ?")
                .params(json.writeValueAsString(tags), run)
                .update();
    }

    /** A tag as it is until the transaction ends; null where there is none. */
    @Nullable
    String lockedTag(UUID run, String key) {
        return jdbc.sql("SELECT tags ->> ? FROM run WHERE id = ? FOR NO KEY UPDATE")
                .params(key, run)
                .query((row, number) -> Optional.ofNullable(row.getString(1)))
                .single()
                .orElse(null);
    }

    boolean untag(UUID run, String key) {
        return jdbc.sql("UPDATE run SET tags = tags - CAST(:key AS text) WHERE id = :run AND jsonb_exists(tags, :key)")
                        .param("key", key)
                        .param("run", run)
                        .update()
                > 0;
    }

    Map<UUID, Map<String, String>> params(Collection<UUID> runs) {
        var params = new HashMap<UUID, Map<String, String>>();
        jdbc.sql("SELECT run_id, key, value FROM run_param WHERE run_id = ANY (?)")
                .param(runs.toArray(UUID[]::new))
                .query(row -> {
                    params.computeIfAbsent(row.getObject("run_id", UUID.class), run -> new TreeMap<>())
                            .put(row.getString("key"), row.getString("value"));
                });
        return params;
    }

    void addInput(UUID run, DatasetInput input) {
        jdbc.sql("""
                INSERT INTO run_input (run_id, name, digest, source_type, source, schema, profile, tags)
                VALUES (:run, :name, :digest, :sourceType, :source, :schema, :profile, CAST(:tags AS jsonb))
                ON CONFLICT (run_id, name, digest) DO UPDATE SET tags = run_input.tags || excluded.tags
                """)
                .param("run", run)
                .param("name", input.name())
                .param("digest", input.digest())
                .param("sourceType", input.sourceType())
                .param("source", input.source())
                .param("schema", input.schema())
                .param("profile", input.profile())
                .param("tags", json.writeValueAsString(input.tags()))
                .update();
    }

    Map<UUID, List<DatasetInput>> inputs(Collection<UUID> runs) {
        var inputs = new HashMap<UUID, List<DatasetInput>>();
        jdbc.sql("SELECT * FROM run_input WHERE run_id = ANY (?) ORDER BY run_id, name, digest")
                .param(runs.toArray(UUID[]::new))
                .query(row -> {
                    inputs.computeIfAbsent(row.getObject("run_id", UUID.class), run -> new ArrayList<>())
                            .add(new DatasetInput(
                                    row.getString("name"),
                                    row.getString("digest"),
                                    row.getString("source_type"),
                                    row.getString("source"),
                                    row.getString("schema"),
                                    row.getString("profile"),
                                    json.readValue(row.getString("tags"), TEXTS)));
                });
        return inputs;
    }

    private RunView view(ResultSet row, int number) throws SQLException {
        var kind = row.getString("source_kind");
        return new RunView(
                row.getObject("id", UUID.class),
                new Name(row.getString("namespace")),
                row.getString("name"),
                kind == null
                        ? null
                        : new RunSource(
                                kind,
                                row.getObject("source_id", UUID.class),
                                row.getString("source_name"),
                                row.getBoolean("source_own")),
                RunStatus.valueOf(row.getString("status")),
                row.getString("reason"),
                json.readValue(row.getString("tags"), TEXTS),
                row.getTimestamp("started_at").toInstant(),
                instant(row.getTimestamp("ended_at")),
                row.getString("created_by"),
                row.getLong("version"),
                row.getLong("experiment"),
                instant(row.getTimestamp("deleted_at")));
    }

    private static @Nullable Instant instant(@Nullable Timestamp at) {
        return at == null ? null : at.toInstant();
    }
}
