package dev.tidewright.tracking;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.query.Expression;
import dev.tidewright.query.Field;
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
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The tables of models that runs have written, and of which run wrote which. */
@Repository
class LoggedModels {

    private static final TypeReference<TreeMap<String, String>> TEXTS = new TypeReference<>() {};
    private static final Field CREATED = new Field(Field.Kind.ATTRIBUTE, "creation_timestamp");
    private static final Field ID = new Field(Field.Kind.ATTRIBUTE, "id");

    private final JdbcClient jdbc;
    private final JsonMapper json;

    LoggedModels(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
    }

    void add(UUID id, LogModel command, Instant now) {
        jdbc.sql("""
                INSERT INTO logged_model (id, namespace, experiment, name, model_type, source_run_id, status, tags, params,
                    created_at, created_by, updated_at)
                VALUES (:id, :namespace, :experiment, :name, :type, :run, 'PENDING', CAST(:tags AS jsonb),
                    CAST(:params AS jsonb), :now, :by, :now)
                """)
                .param("id", id)
                .param("namespace", command.namespace().value())
                .param("experiment", command.experiment())
                .param("name", command.name())
                .param("type", command.modelType())
                .param("run", command.sourceRun(), java.sql.Types.OTHER)
                .param("tags", json.writeValueAsString(command.tags()))
                .param("params", json.writeValueAsString(command.params()))
                .param("by", command.actor().name())
                .param("now", Timestamp.from(now))
                .update();
    }

    Optional<LoggedModel> find(Name namespace, UUID id) {
        return jdbc.sql("SELECT * FROM logged_model WHERE id = ? AND namespace = ? AND deleted_at IS NULL")
                .params(id, namespace.value())
                .query(this::model)
                .optional();
    }

    Optional<LoggedModel> find(UUID id) {
        return jdbc.sql("SELECT * FROM logged_model WHERE id = ? AND deleted_at IS NULL")
                .param(id)
                .query(this::model)
                .optional();
    }

    void status(UUID id, LoggedModelStatus status, Instant now) {
        jdbc.sql("UPDATE logged_model SET status = ?, updated_at = ? WHERE id = ?")
                .params(status.name(), Timestamp.from(now), id)
                .update();
    }

    void tag(UUID id, Map<String, String> tags, Instant now) {
        jdbc.sql("UPDATE logged_model SET tags = tags || CAST(? AS jsonb), updated_at = ? WHERE id = ?")
                .params(json.writeValueAsString(tags), Timestamp.from(now), id)
                .update();
    }

    boolean untag(UUID id, String key) {
        return jdbc.sql(
                                "UPDATE logged_model SET tags = tags - CAST(:key AS text) WHERE id = :id AND jsonb_exists(tags, :key)")
                        .param("key", key)
                        .param("id", id)
                        .update()
                > 0;
    }

    /** What is there already stays. */
    void addParams(UUID id, Map<String, String> params) {
        jdbc.sql("UPDATE logged_model SET params = CAST(? AS jsonb) || params WHERE id = ?")
                .params(json.writeValueAsString(params), id)
                .update();
    }

    void delete(UUID id, Instant now) {
        jdbc.sql("UPDATE logged_model SET deleted_at = ? WHERE id = ?")
                .params(Timestamp.from(now), id)
                .update();
    }

    /** The newest first unless asked otherwise. */
    Slice<LoggedModel> search(RunQuery asked, List<ModelMetric.Dataset> datasets, List<ModelMetric.Dataset> sorted) {
        var query = new ListQuery((field, made) -> field(field, datasets, sorted, made));
        query.and("m.namespace = " + query.bind(asked.namespace().value()))
                .and("m.experiment = ANY (" + query.bind(asked.experiments().toArray(Long[]::new)) + ")")
                .and(asked.lifecycle().sql("m.deleted_at"))
                .and(asked.conditions());
        if (!datasets.isEmpty()) {
            query.and(ModelMetrics.measuredOn(datasets, query));
        }
        query.sortedBy(asked.orders(), new Order(CREATED, true), new Order(ID, true));
        return query.page(jdbc, "m.*", "logged_model m", asked.cursor(), asked.limit(), this::model);
    }

    /** What these runs have written, the oldest first. */
    List<LoggedModel> of(Name namespace, Collection<UUID> runs) {
        return jdbc.sql("""
                SELECT * FROM logged_model WHERE source_run_id = ANY (?) AND namespace = ? AND deleted_at IS NULL
                ORDER BY created_at, id LIMIT 200
                """)
                .params(runs.toArray(UUID[]::new), namespace.value())
                .query(this::model)
                .list();
    }

    void addOutput(UUID run, UUID model, long step) {
        jdbc.sql("""
                INSERT INTO run_output (run_id, model_id, step) VALUES (?, ?, ?)
                ON CONFLICT (run_id, model_id) DO UPDATE SET step = excluded.step
                """).params(run, model, step).update();
    }

    void addInput(UUID run, UUID model) {
        jdbc.sql("INSERT INTO run_model_input (run_id, model_id) VALUES (?, ?) ON CONFLICT DO NOTHING")
                .params(run, model)
                .update();
    }

    /** Which models these runs have written and read; without those that have neither. */
    Map<UUID, ModelsOfRun> ofRuns(Collection<UUID> runs) {
        var models = new HashMap<UUID, ModelsOfRun>();
        jdbc.sql("""
                SELECT run_id, model_id, step FROM run_output WHERE run_id = ANY (:runs)
                UNION ALL SELECT run_id, model_id, NULL FROM run_model_input WHERE run_id = ANY (:runs)
                ORDER BY run_id, step, model_id
                """).param("runs", runs.toArray(UUID[]::new)).query(row -> {
            var of = models.computeIfAbsent(
                    row.getObject("run_id", UUID.class), run -> new ModelsOfRun(new ArrayList<>(), new ArrayList<>()));
            var model = row.getObject("model_id", UUID.class);
            var step = row.getObject("step", Long.class);
            if (step == null) {
                of.read().add(model);
            } else {
                of.written().add(new ModelOutput(model, step));
            }
        });
        return models;
    }

    private static Expression field(
            Field field, List<ModelMetric.Dataset> datasets, List<ModelMetric.Dataset> sorted, ListQuery query) {
        return switch (field.kind()) {
            case TAG -> Expression.maybe("(m.tags ->> " + query.bind(field.key()) + ")", Expression.Type.TEXT);
            case PARAM -> Expression.maybe("(m.params ->> " + query.bind(field.key()) + ")", Expression.Type.TEXT);
            case ATTRIBUTE -> attribute(field);
            case METRIC -> ModelMetrics.field(field, datasets, sorted, query);
            case DATASET -> throw unknown(field);
        };
    }

    private static Expression attribute(Field field) {
        return switch (field.key()) {
            case "id" -> Expression.always("m.id", Expression.Type.ID);
            case "name" -> Expression.always("m.name", Expression.Type.TEXT);
            case "model_id" -> Expression.always("'m-' || replace(m.id::text, '-', '')", Expression.Type.TEXT);
            case "model_type" -> Expression.always("m.model_type", Expression.Type.TEXT);
            case "status" -> Expression.always("m.status", Expression.Type.TEXT);
            case "source_run_id" -> Expression.maybe("replace(m.source_run_id::text, '-', '')", Expression.Type.TEXT);
            case "creation_timestamp", "creation_time" -> Expression.always("m.created_at", Expression.Type.INSTANT);
            case "last_updated_timestamp", "last_updated_time" ->
                Expression.always("m.updated_at", Expression.Type.INSTANT);
            default -> throw unknown(field);
        };
    }

    private static Refusal unknown(Field field) {
        return new Refusal.Invalid(
                "unknown-field",
                "filter",
                "logged models have no " + field
                        + ": use metrics.<key>, params.<key>, tags.<key>, name, model_id, model_type, status,"
                        + " source_run_id, creation_timestamp or last_updated_timestamp");
    }

    private LoggedModel model(ResultSet row, int number) throws SQLException {
        return new LoggedModel(
                row.getObject("id", UUID.class),
                new Name(row.getString("namespace")),
                row.getLong("experiment"),
                row.getString("name"),
                row.getString("model_type"),
                row.getObject("source_run_id", UUID.class),
                LoggedModelStatus.valueOf(row.getString("status")),
                json.readValue(row.getString("params"), TEXTS),
                json.readValue(row.getString("tags"), TEXTS),
                row.getTimestamp("created_at").toInstant(),
                row.getTimestamp("updated_at").toInstant());
    }
}
