package dev.tidewright.tracking;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.query.Expression;
import dev.tidewright.query.Field;
import dev.tidewright.query.ListQuery;

/** What runs are found and sorted by; {@code r} is the row of the run. */
final class RunFields {

    static final Field STARTED = new Field(Field.Kind.ATTRIBUTE, "start_time");
    static final Field ID = new Field(Field.Kind.ATTRIBUTE, "id");

    private RunFields() {}

    static Expression of(Field field, ListQuery query) {
        return switch (field.kind()) {
            case ATTRIBUTE -> attribute(field);
            case METRIC -> Expression.maybe(joined("metric_series", field, query), Expression.Type.NUMBER);
            case PARAM -> param(joined("run_param", field, query));
            case TAG -> Expression.tag("r.tags", query.bind(field.key()));
            case DATASET -> dataset(field);
        };
    }

    /** Joined and not looked up row by row: over many runs the database then reads the whole table once. */
    private static String joined(String table, Field field, ListQuery query) {
        var key = query.bind(field.key());
        return query.joined(
                        field,
                        alias -> "LEFT JOIN " + table + " " + alias + " ON " + alias + ".run_id = r.id AND " + alias
                                + ".key = " + key)
                + ".value";
    }

    /** Values may be longer than an index bears: it has their beginnings. */
    private static Expression param(String value) {
        return Expression.maybe(value, Expression.Type.TEXT)
                .equalBy("(left(" + value + ", 100) = left(%s, 100) AND " + value + " = %s)");
    }

    private static Expression attribute(Field field) {
        return switch (field.key()) {
            case "run_id" -> Expression.always("replace(r.id::text, '-', '')", Expression.Type.TEXT);
            case "id" -> Expression.always("r.id", Expression.Type.ID);
            case "run_name" -> Expression.always("r.name", Expression.Type.TEXT);
            case "status" -> Expression.always("r.status", Expression.Type.TEXT);
            case "user_id" ->
                Expression.always("coalesce(r.tags ->> 'mlflow.user', r.created_by)", Expression.Type.TEXT);
            case "artifact_uri" ->
                Expression.always(
                        "'mlflow-artifacts:/' || r.experiment || '/' || replace(r.id::text, '-', '') || '/artifacts'",
                        Expression.Type.TEXT);
            case "start_time" -> Expression.always("r.started_at", Expression.Type.INSTANT);
            case "end_time" -> Expression.maybe("r.ended_at", Expression.Type.INSTANT);
            default -> throw unknown(field);
        };
    }

    private static Expression dataset(Field field) {
        var column = switch (field.key()) {
            case "name" -> "i.name";
            case "digest" -> "i.digest";
            case "context" -> "i.tags ->> 'mlflow.data.context'";
            default -> throw unknown(field);
        };
        return Expression.anyOf(column, "EXISTS (SELECT FROM run_input i WHERE i.run_id = r.id AND %s)");
    }

    private static Refusal unknown(Field field) {
        return new Refusal.Invalid(
                "unknown-field",
                "filter",
                "runs have no " + field + ": use metrics.<key>, params.<key>, tags.<key>, dataset.name, dataset.digest,"
                        + " dataset.context, run_id, run_name, status, user_id, artifact_uri, start_time or end_time");
    }
}
