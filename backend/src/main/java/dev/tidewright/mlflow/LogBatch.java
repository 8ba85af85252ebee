package dev.tidewright.mlflow;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tracking.MetricPoint;
import dev.tidewright.tracking.RunService;
import dev.tidewright.tracking.Tracking;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
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
    private static final int LONGEST = 8000;

    private final Tracking tracking;
    private final RunService runs;
    private final JsonMapper json;

    LogBatch(Tracking tracking, RunService runs, JsonMapper json) {
        this.tracking = tracking;
        this.runs = runs;
        this.json = json;
    }

    void log(Name ns, UUID run, List<MetricPoint> points, Map<String, String> params, Map<String, String> tags) {
        runs.requireActive(ns, run);
        tracking.log(run, points, params);
        if (!tags.isEmpty()) {
            runs.tag(ns, run, tags);
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
        while (history.size() > 1 && history.toString().length() > LONGEST) {
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
