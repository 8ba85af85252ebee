package dev.tidewright.mlflow;

import dev.tidewright.kernel.Name;
import dev.tidewright.tracking.MetricPoint;
import dev.tidewright.tracking.RunService;
import dev.tidewright.tracking.Tracking;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

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

    /** Adds to the list in the tag; the oldest make room. */
    void noteModel(Name ns, UUID run, String model) {
        var known = runs.read(ns, run).run().tags().getOrDefault(HISTORY_TAG, "[]");
        var history = json.createArrayNode().addAll(json.readValue(known, tools.jackson.databind.node.ArrayNode.class));
        history.add(json.readTree(model));
        while (history.size() > 1 && history.toString().length() > LONGEST) {
            history.remove(0);
        }
        runs.tag(ns, run, Map.of(HISTORY_TAG, history.toString()));
    }
}
