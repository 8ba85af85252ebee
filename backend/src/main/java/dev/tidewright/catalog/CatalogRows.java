package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.json.JsonMapper;

/** Reads models and versions, each list in one query. */
@Repository
class CatalogRows {

    static final String MODEL_COLUMNS = """
            m.*,
                (SELECT coalesce(max(v.number), 0) FROM model_version v
                 WHERE v.model_id = m.id AND v.status = 'READY') AS latest,
                (SELECT count(*) FROM model_version v WHERE v.model_id = m.id AND v.status = 'READY') AS versions,
                (SELECT coalesce(jsonb_object_agg(a.alias, a.number), '{}') FROM model_alias a
                 WHERE a.model_id = m.id) AS aliases
            """;
    static final String VERSION_COLUMNS = """
            v.*, v.model_name AS model,
                (SELECT coalesce(jsonb_agg(a.alias ORDER BY a.alias), '[]') FROM model_alias a
                 WHERE a.model_id = v.model_id AND a.number = v.number) AS aliases
            """;

    private static final String MODELS = "SELECT " + MODEL_COLUMNS + """
            FROM model m WHERE m.namespace = :namespace AND m.deleted_at IS NULL
            """;

    private static final String VERSIONS = "SELECT " + VERSION_COLUMNS + """
            FROM model_version v WHERE true
            """;

    private final JdbcClient jdbc;
    private final JsonMapper json;
    private final ObjectReader texts;
    private final ObjectReader numbers;
    private final ObjectReader wholeNumbers;
    private final ObjectReader list;
    private final ObjectReader source;

    CatalogRows(JdbcClient jdbc, JsonMapper json) {
        this.jdbc = jdbc;
        this.json = json;
        // Readers that know their types: to find a type anew for each column of each row costs as much as to read it.
        texts = json.readerFor(new TypeReference<TreeMap<String, String>>() {});
        numbers = json.readerFor(new TypeReference<TreeMap<String, Double>>() {});
        wholeNumbers = json.readerFor(new TypeReference<TreeMap<String, Integer>>() {});
        list = json.readerFor(new TypeReference<List<String>>() {});
        source = json.readerFor(VersionSource.class);
    }

    Optional<ModelView> model(Name namespace, ModelName name) {
        return jdbc.sql(MODELS + " AND m.name = :name")
                .param("namespace", namespace.value())
                .param("name", name.value())
                .query(this::modelView)
                .optional();
    }

    /** Newest first. */
    List<ModelView> models(Name namespace, ModelQuery query, @Nullable UUID before, int limit) {
        var sql = new StringBuilder(MODELS);
        var parameters = new LinkedHashMap<String, Object>();
        parameters.put("namespace", namespace.value());
        if (!query.text().isEmpty()) {
            sql.append(" AND (m.name ILIKE :text OR m.description ILIKE :text)");
            parameters.put("text", "%" + query.text().replaceAll("([\\\\%_])", "\\\\$1") + "%");
        }
        if (!query.tags().isEmpty()) {
            sql.append(" AND m.tags @> CAST(:tags AS jsonb)");
            parameters.put("tags", json.writeValueAsString(query.tags()));
        }
        if (before != null) {
            sql.append(" AND m.id < :before");
            parameters.put("before", before);
        }
        parameters.put("limit", limit);
        return jdbc.sql(sql.append(" ORDER BY m.id DESC LIMIT :limit").toString())
                .params(parameters)
                .query(this::modelView)
                .list();
    }

    /** Highest number first; deleted ones are left out. */
    List<VersionView> versions(UUID model, Map<String, String> tags, @Nullable Integer below, int limit) {
        return jdbc.sql(VERSIONS + """
                 AND v.model_id = :model AND v.status = 'READY' AND v.tags @> CAST(:tags AS jsonb)
                 AND v.number < :below ORDER BY v.number DESC LIMIT :limit
                """)
                .param("model", model)
                .param("tags", json.writeValueAsString(tags))
                .param("below", below == null ? Integer.MAX_VALUE : below)
                .param("limit", limit)
                .query(this::versionView)
                .list();
    }

    Optional<VersionView> version(UUID id) {
        return jdbc.sql(VERSIONS + " AND v.id = :id")
                .param("id", id)
                .query(this::versionView)
                .optional();
    }

    /** What a reference means now; by its number also a deleted one. One look, since nothing is read more often. */
    Optional<VersionView> version(Name namespace, ModelReference reference) {
        var sql = "SELECT " + VERSION_COLUMNS + """
                FROM model m JOIN model_version v ON v.model_id = m.id
                WHERE m.namespace = :namespace AND m.name = :name AND m.deleted_at IS NULL AND v.number =\s""";
        var query = switch (reference) {
            case ModelReference.Numbered numbered -> jdbc.sql(sql + ":number").param("number", numbered.number());
            case ModelReference.Aliased aliased ->
                jdbc.sql(sql + """
                                (SELECT a.number FROM model_alias a WHERE a.model_id = m.id AND a.alias = :alias)
                                """).param("alias", aliased.alias().value());
            case ModelReference.Latest _ -> jdbc.sql(sql + """
                                (SELECT max(l.number) FROM model_version l WHERE l.model_id = m.id AND l.status = 'READY')
                                """);
        };
        return query.param("namespace", namespace.value())
                .param("name", reference.model().value())
                .query(this::versionView)
                .optional();
    }

    List<String> versionsMadeBy(UUID job) {
        return jdbc.sql("""
                SELECT m.name, v.number FROM model_version v JOIN model m ON m.id = v.model_id
                WHERE v.source ->> 'jobId' = ? AND v.status = 'READY' ORDER BY m.name, v.number
                """)
                .param(job.toString())
                .query((row, number) -> row.getString("name") + "/" + row.getInt("number"))
                .list();
    }

    /** Keeps a version from being deleted until the transaction ends; false when it is deleted already. */
    boolean hold(UUID version) {
        return jdbc.sql("SELECT id FROM model_version WHERE id = ? AND status = 'READY' FOR SHARE")
                .param(version)
                .query(UUID.class)
                .optional()
                .isPresent();
    }

    ModelView modelView(ResultSet row, int number) throws SQLException {
        return new ModelView(
                row.getObject("id", UUID.class),
                new Name(row.getString("namespace")),
                new ModelName(row.getString("name")),
                row.getString("description"),
                texts.readValue(row.getString("tags")),
                row.getInt("latest"),
                row.getInt("versions"),
                wholeNumbers.readValue(row.getString("aliases")),
                row.getTimestamp("created_at").toInstant(),
                row.getString("created_by"),
                row.getTimestamp("updated_at").toInstant(),
                row.getLong("version"));
    }

    private @Nullable Pickled pickled(@Nullable String column) {
        return column == null ? null : json.readValue(column, Pickled.class);
    }

    VersionView versionView(ResultSet row, int number) throws SQLException {
        return new VersionView(
                row.getObject("id", UUID.class),
                new Name(row.getString("namespace")),
                new ModelName(row.getString("model")),
                row.getInt("number"),
                VersionStatus.valueOf(row.getString("status")),
                row.getString("description"),
                texts.readValue(row.getString("tags")),
                Flavour.valueOf(row.getString("flavour")),
                source.readValue(row.getString("source")),
                texts.readValue(row.getString("parameters")),
                numbers.readValue(row.getString("metrics")),
                list.readValue(row.getString("requirements")),
                row.getInt("files"),
                row.getLong("size"),
                pickled(row.getString("pickled")),
                list.readValue(row.getString("aliases")),
                Stage.valueOf(row.getString("stage")),
                row.getTimestamp("created_at").toInstant(),
                row.getString("created_by"),
                row.getTimestamp("updated_at").toInstant(),
                row.getLong("version"));
    }
}
