package dev.tidewright.catalog;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.query.Expression;
import dev.tidewright.query.Field;
import dev.tidewright.query.ListQuery;
import dev.tidewright.query.Order;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** Finds models and versions by conditions, over a whole namespace, each list in one look. Deleted ones are left out. */
@Service
public class CatalogSearch {

    /** Models without this tag are no prompts: to be without it is to have it with the value false. */
    private static final String IS_PROMPT = "mlflow.prompt.is_prompt";

    private static final Order BY_NAME = new Order(new Field(Field.Kind.ATTRIBUTE, "name"), false);
    private static final Order BY_NUMBER = new Order(new Field(Field.Kind.ATTRIBUTE, "version_number"), true);

    private final JdbcClient jdbc;
    private final CatalogRows rows;

    CatalogSearch(JdbcClient jdbc, CatalogRows rows) {
        this.jdbc = jdbc;
        this.rows = rows;
    }

    public Slice<ModelView> models(CatalogQuery asked) {
        var query = new ListQuery(CatalogSearch::ofModel);
        query.and("m.namespace = " + query.bind(asked.namespace().value()))
                .and("m.deleted_at IS NULL")
                .and(asked.conditions())
                .sortedBy(asked.orders(), BY_NAME);
        return query.page(jdbc, CatalogRows.MODEL_COLUMNS, "model m", asked.cursor(), asked.limit(), rows::modelView);
    }

    public Slice<VersionView> versions(CatalogQuery asked) {
        var query = new ListQuery(CatalogSearch::ofVersion);
        query.and("v.namespace = " + query.bind(asked.namespace().value()))
                .and("v.status = 'READY'")
                .and(asked.conditions())
                .sortedBy(asked.orders(), BY_NAME, BY_NUMBER);
        return query.page(
                jdbc, CatalogRows.VERSION_COLUMNS, "model_version v", asked.cursor(), asked.limit(), rows::versionView);
    }

    /** The highest version on each stage, of many models at once. */
    public Map<UUID, List<VersionView>> latest(Collection<UUID> models) {
        var latest = new HashMap<UUID, List<VersionView>>();
        jdbc.sql("SELECT " + CatalogRows.VERSION_COLUMNS + """
                FROM unnest(CAST(:models AS uuid[])) asked (id)
                JOIN model m ON m.id = asked.id
                CROSS JOIN (VALUES ('NONE', 1), ('STAGING', 2), ('PRODUCTION', 3), ('ARCHIVED', 4)) stage (name, place)
                CROSS JOIN LATERAL (
                    SELECT * FROM model_version one
                    WHERE one.model_id = m.id AND one.stage = stage.name AND one.status = 'READY'
                    ORDER BY one.number DESC LIMIT 1) v
                ORDER BY m.id, stage.place
                """)
                .param("models", models.toArray(UUID[]::new))
                .query(row -> {
                    latest.computeIfAbsent(row.getObject("model_id", UUID.class), model -> new ArrayList<>())
                            .add(rows.versionView(row, 0));
                });
        return latest;
    }

    private static Expression ofModel(Field field, ListQuery query) {
        if (field.kind() == Field.Kind.TAG) {
            return tag("m.tags", field, query);
        }
        return switch (field.kind() == Field.Kind.ATTRIBUTE ? field.key() : "") {
            case "name" -> Expression.always("m.name", Expression.Type.TEXT);
            case "creation_timestamp" -> Expression.always("m.created_at", Expression.Type.INSTANT);
            case "last_updated_timestamp", "timestamp" -> Expression.always("m.updated_at", Expression.Type.INSTANT);
            default -> throw unknown("models", field, "tags.<key>, name, creation_timestamp or last_updated_timestamp");
        };
    }

    private static Expression ofVersion(Field field, ListQuery query) {
        if (field.kind() == Field.Kind.TAG) {
            return tag("v.tags", field, query);
        }
        return switch (field.kind() == Field.Kind.ATTRIBUTE ? field.key() : "") {
            case "name" -> Expression.always("v.model_name", Expression.Type.TEXT);
            case "version_number" -> Expression.always("v.number", Expression.Type.WHOLE);
            case "run_id" -> Expression.maybe("replace(v.source ->> 'run', '-', '')", Expression.Type.TEXT);
            case "source_path" -> Expression.maybe("(v.source ->> 'uri')", Expression.Type.TEXT);
            case "creation_timestamp" -> Expression.always("v.created_at", Expression.Type.INSTANT);
            case "last_updated_timestamp" -> Expression.always("v.updated_at", Expression.Type.INSTANT);
            default ->
                throw unknown(
                        "model versions",
                        field,
                        "tags.<key>, name, version_number, run_id, source_path, creation_timestamp or"
                                + " last_updated_timestamp");
        };
    }

    private static Expression tag(String column, Field field, ListQuery query) {
        var key = query.bind(field.key());
        return field.key().equals(IS_PROMPT)
                ? Expression.always("coalesce(" + column + " ->> " + key + ", 'false')", Expression.Type.TEXT)
                : Expression.tag(column, key);
    }

    private static Refusal unknown(String list, Field field, String known) {
        return new Refusal.Invalid("unknown-field", "filter", list + " have no " + field + ": use " + known);
    }
}
