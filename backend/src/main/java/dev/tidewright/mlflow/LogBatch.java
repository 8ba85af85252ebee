package dev.tidewright.mlflow;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tracking.DatasetInput;
import dev.tidewright.tracking.LoggedModelService;
import dev.tidewright.tracking.MetricPoint;
import dev.tidewright.tracking.ModelMetric;
import dev.tidewright.tracking.RunService;
import dev.tidewright.tracking.Tracking;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;

/** Logs what one call brings whole or not at all. */
@Service
@Transactional
class LogBatch {

    private static final String HISTORY_TAG = "mlflow.log-model.history";

    private final Tracking tracking;
    private final RunService runs;
    private final LoggedModelService models;
    private final JsonMapper json;

    LogBatch(Tracking tracking, RunService runs, LoggedModelService models, JsonMapper json) {
        this.tracking = tracking;
        this.runs = runs;
        this.models = models;
        this.json = json;
    }

    void log(Name ns, UUID run, List<Measured> metrics, Map<String, String> params, Map<String, String> tags) {
        runs.requireActive(ns, run);
        tracking.log(run, metrics.stream().map(Measured::point).toList(), params);
        models.measured(ns, metrics.stream().flatMap(metric -> metric.of(run)).toList());
        if (!tags.isEmpty()) {
            runs.tag(ns, run, tags);
        }
    }

    void inputs(Name ns, UUID run, List<DatasetInput> datasets, List<UUID> read) {
        runs.addInputs(ns, run, datasets);
        models.addInputs(ns, run, read);
    }

    /** A point of a run, and which model on which data set it was measured of, if its client has said so. */
    record Measured(MetricPoint point, @Nullable UUID model, ModelMetric.@Nullable Dataset dataset) {

        Stream<ModelMetric> of(UUID run) {
            return model == null ? Stream.empty() : Stream.of(new ModelMetric(model, run, point, dataset));
        }
    }

    /** Adds to the list in the tag; the oldest make room. What a client has put there by hand and is no list is replaced. */
    void noteModel(Name ns, UUID run, String model) {
        var added = parsed(model)
                .filter(JsonNode::isObject)
                .orElseThrow(() -> new Refusal.Invalid(
                        "invalid-value", "model_json", "model_json is not valid: send one JSON object"));
        runs.retag(ns, run, HISTORY_TAG, before -> with(added, before));
    }

    private String with(JsonNode added, @Nullable String before) {
        var history = json.createArrayNode();
        history.addAll(parsed(before)
                .filter(JsonNode::isArray)
                .map(ArrayNode.class::cast)
                .orElseGet(json::createArrayNode));
        history.add(added);
        while (!history.isEmpty() && history.toString().length() > RunService.LONGEST_TAG) {
            history.remove(0);
        }
        return history.toString();
    }

    private Optional<JsonNode> parsed(@Nullable String text) {
        try {
            return text == null ? Optional.empty() : Optional.of(json.readTree(text));
        } catch (JacksonException malformed) {
            return Optional.empty();
        }
    }
}
