package dev.tidewright.tracking;

import static java.util.Comparator.comparing;

import dev.tidewright.query.Expression;
import dev.tidewright.query.Field;
import dev.tidewright.query.ListQuery;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The table of what runs have measured of logged models. */
@Repository
class ModelMetrics {

    private final JdbcClient jdbc;

    ModelMetrics(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    void add(List<ModelMetric> metrics) {
        // In the order of their key, so that two calls never wait for each other crosswise.
        metrics.stream()
                .sorted(comparing(ModelMetric::model)
                        .thenComparing(metric -> metric.point().key())
                        .thenComparing(metric -> name(metric.dataset()))
                        .thenComparing(metric -> digest(metric.dataset())))
                .forEach(this::add);
    }

    private void add(ModelMetric metric) {
        var point = metric.point();
        jdbc.sql("""
                INSERT INTO logged_model_metric AS m (model_id, key, dataset_name, dataset_digest, run_id, step, at, value)
                VALUES (:model, :key, :name, :digest, :run, :step, :at, :value)
                ON CONFLICT (model_id, key, dataset_name, dataset_digest, run_id)
                DO UPDATE SET step = excluded.step, at = excluded.at, value = excluded.value
                WHERE (excluded.step, excluded.at, excluded.value) > (m.step, m.at, m.value)
                """)
                .param("model", metric.model())
                .param("key", point.key())
                .param("name", name(metric.dataset()))
                .param("digest", digest(metric.dataset()))
                .param("run", metric.run())
                .param("step", point.step())
                .param("at", Timestamp.from(point.at()))
                .param("value", point.value())
                .update();
    }

    Map<UUID, List<ModelMetric>> of(Collection<UUID> models) {
        var metrics = new HashMap<UUID, List<ModelMetric>>();
        jdbc.sql("SELECT * FROM logged_model_metric WHERE model_id = ANY (?) ORDER BY model_id, key, at, run_id")
                .param(models.toArray(UUID[]::new))
                .query((row, number) -> metric(row))
                .list()
                .forEach(metric -> metrics.computeIfAbsent(metric.model(), model -> new ArrayList<>())
                        .add(metric));
        return metrics;
    }

    /** Of the models {@code m}: any value measured on these data sets is compared; the newest on those is sorted by. */
    static Expression field(
            Field field, List<ModelMetric.Dataset> datasets, List<ModelMetric.Dataset> sorted, ListQuery query) {
        var from = "FROM logged_model_metric v WHERE v.model_id = m.id AND v.key = " + query.bind(field.key());
        return Expression.anyNumber(
                "v.value",
                "EXISTS (SELECT " + from + among(datasets, query) + " AND %s)",
                "(SELECT v.value " + from + among(sorted, query) + " ORDER BY v.at DESC, v.step DESC LIMIT 1)");
    }

    /** That something was measured on one of them. */
    static String measuredOn(List<ModelMetric.Dataset> datasets, ListQuery query) {
        return "EXISTS (SELECT FROM logged_model_metric v WHERE v.model_id = m.id" + among(datasets, query) + ")";
    }

    private static String among(List<ModelMetric.Dataset> datasets, ListQuery query) {
        return datasets.isEmpty()
                ? ""
                : datasets.stream()
                        .map(dataset -> "v.dataset_name = " + query.bind(dataset.name())
                                + (dataset.digest().isEmpty()
                                        ? ""
                                        : " AND v.dataset_digest = " + query.bind(dataset.digest())))
                        .collect(Collectors.joining(" OR ", " AND (", ")"));
    }

    private static ModelMetric metric(ResultSet row) throws SQLException {
        var name = row.getString("dataset_name");
        var digest = row.getString("dataset_digest");
        return new ModelMetric(
                row.getObject("model_id", UUID.class),
                row.getObject("run_id", UUID.class),
                new MetricPoint(
                        row.getString("key"),
                        row.getDouble("value"),
                        row.getLong("step"),
                        row.getTimestamp("at").toInstant()),
                name.isEmpty() && digest.isEmpty() ? null : new ModelMetric.Dataset(name, digest));
    }

    private static String name(ModelMetric.@Nullable Dataset dataset) {
        return dataset == null ? "" : dataset.name();
    }

    private static String digest(ModelMetric.@Nullable Dataset dataset) {
        return dataset == null ? "" : dataset.digest();
    }
}
