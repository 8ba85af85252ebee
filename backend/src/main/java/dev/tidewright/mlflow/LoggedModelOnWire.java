package dev.tidewright.mlflow;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tidewright.kernel.Ids;
import dev.tidewright.tracking.LoggedModel;
import dev.tidewright.tracking.ModelMetric;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A logged model as MLflow's clients read it. */
record LoggedModelOnWire(Info info, Data data) {

    private static final String PREFIX = "m-";

    static UUID id(String text) {
        return Given.id("logged model", PREFIX, text);
    }

    static String text(UUID id) {
        return PREFIX + Ids.hex(id);
    }

    static LoggedModelOnWire of(LoggedModel model, List<ModelMetric> metrics) {
        var run = model.sourceRun();
        return new LoggedModelOnWire(
                new Info(
                        text(model.id()),
                        String.valueOf(model.experiment()),
                        model.name(),
                        model.createdAt().toEpochMilli(),
                        model.updatedAt().toEpochMilli(),
                        ArtifactPlace.ofModel(model.experiment(), model.id()),
                        "LOGGED_MODEL_" + model.status(),
                        model.modelType(),
                        run == null ? null : Ids.hex(run),
                        Pair.of(model.tags())),
                new Data(metrics.stream().map(Metric::of).toList(), Pair.of(model.params())));
    }

    record Info(
            String modelId,
            String experimentId,
            String name,
            @JsonProperty("creation_timestamp_ms") long createdAt,
            @JsonProperty("last_updated_timestamp_ms") long updatedAt,
            String artifactUri,
            String status,
            String modelType,
            @Nullable String sourceRunId,
            List<Pair> tags) {}

    record Data(List<Metric> metrics, List<Pair> params) {}

    /** What was measured of the model, in which run and on what. */
    record Metric(
            String key,
            double value,
            long timestamp,
            long step,
            @Nullable String datasetName,
            @Nullable String datasetDigest,
            String modelId,
            String runId) {

        static Metric of(ModelMetric metric) {
            var point = metric.point();
            var dataset = metric.dataset();
            return new Metric(
                    point.key(),
                    point.value(),
                    point.at().toEpochMilli(),
                    point.step(),
                    dataset == null ? null : dataset.name(),
                    dataset == null ? null : dataset.digest(),
                    text(metric.model()),
                    Ids.hex(metric.run()));
        }
    }
}
