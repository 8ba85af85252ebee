package dev.tidewright.mlflow;

import static dev.tidewright.mlflow.Given.required;

import dev.tidewright.kernel.Name;
import dev.tidewright.tracking.MetricPoint;
import dev.tidewright.tracking.ModelMetric;
import dev.tidewright.tracking.RunService;
import dev.tidewright.tracking.Tracking;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What is logged into runs, and the history of metrics. */
@RestController
@RequestMapping("/api/2.0/mlflow")
class MlflowLogApi {

    private static final int MOST_METRICS = 1000;
    private static final int MOST_TEXTS = 100;
    private static final int MOST_INPUTS = 1000;
    private static final int MOST_POINTS = 1_000_000;

    private final Tracking tracking;
    private final RunService runs;
    private final LogBatch batch;
    private final InstantSource clock;

    MlflowLogApi(Tracking tracking, RunService runs, LogBatch batch, InstantSource clock) {
        this.tracking = tracking;
        this.runs = runs;
        this.batch = batch;
        this.clock = clock;
    }

    @PostMapping("/runs/log-metric")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty metric(@InWorkspace Name ns, @RequestBody LoggedMetric metric) {
        batch.log(ns, Given.run(metric.runId(), metric.runUuid()), List.of(metric.read(clock)), Map.of(), Map.of());
        return Empty.DONE;
    }

    @PostMapping("/runs/log-parameter")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty parameter(@InWorkspace Name ns, @RequestBody LoggedText text) {
        batch.log(ns, text.id(), List.of(), text.map(Tracking.LONGEST_PARAMETER), Map.of());
        return Empty.DONE;
    }

    @PostMapping("/runs/set-tag")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty tag(@InWorkspace Name ns, @RequestBody LoggedText text) {
        runs.tag(ns, text.id(), text.map(RunService.LONGEST_TAG));
        return Empty.DONE;
    }

    @PostMapping("/runs/delete-tag")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty untag(@InWorkspace Name ns, @RequestBody LoggedText text) {
        runs.untag(ns, text.id(), required("key", text.key()));
        return Empty.DONE;
    }

    @PostMapping("/runs/log-batch")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty batch(@InWorkspace Name ns, @RequestBody Batch asked) {
        var metrics = Given.all(asked.metrics());
        var params = Pair.params(asked.params());
        var tags = Pair.tags(asked.tags());
        Given.atMost(MOST_METRICS, metrics.size(), "metric");
        Given.atMost(MOST_TEXTS, params.size(), "param");
        Given.atMost(MOST_TEXTS, tags.size(), "tag");
        Given.atMost(MOST_METRICS, metrics.size() + params.size() + tags.size(), "value");
        var measured = metrics.stream().map(metric -> metric.read(clock)).toList();
        batch.log(ns, Given.run(asked.runId(), null), measured, params, tags);
        return Empty.DONE;
    }

    @PostMapping("/runs/log-inputs")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty inputs(@InWorkspace Name ns, @RequestBody Inputs asked) {
        var datasets = Given.all(asked.datasets());
        Given.atMost(MOST_INPUTS, datasets.size(), "dataset");
        var models = Given.all(asked.models());
        Given.atMost(MOST_INPUTS, models.size(), "model");
        batch.inputs(
                ns,
                Given.run(asked.runId(), null),
                datasets.stream().map(RunOnWire.Input::read).toList(),
                models.stream().map(RunOnWire.ModelInput::read).toList());
        return Empty.DONE;
    }

    /** Clients up to 2.x tell here which models they have written; the newest stay readable as a tag. */
    @PostMapping("/runs/log-model")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty model(@InWorkspace Name ns, @RequestBody LoggedModel asked) {
        batch.noteModel(ns, Given.run(asked.runId(), null), required("model_json", asked.modelJson()));
        return Empty.DONE;
    }

    /** All points unless {@code max_results} says otherwise: old clients know no pages here. */
    @GetMapping("/metrics/get-history")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    History history(
            @InWorkspace Name ns,
            @RequestParam(name = "run_id", required = false) @Nullable String runId,
            @RequestParam(name = "run_uuid", required = false) @Nullable String runUuid,
            @RequestParam(name = "metric_key") String key,
            @RequestParam(name = "max_results", required = false) @Nullable Integer maxResults,
            @RequestParam(name = "page_token", required = false) @Nullable String pageToken) {
        var run = Given.run(runId, runUuid);
        tracking.require(ns, run);
        var page = tracking.points(run, key, pageToken, Given.limit(maxResults, MOST_POINTS, MOST_POINTS));
        return new History(
                page.items().stream()
                        .map(point -> RunOnWire.Metric.of(key, point.value(), point.at(), point.step()))
                        .toList(),
                page.nextCursor());
    }

    record LoggedMetric(
            @Nullable String runId,
            @Nullable String runUuid,
            @Nullable String key,
            @Nullable Double value,
            @Nullable Long timestamp,
            @Nullable Long step,
            @Nullable String modelId,
            @Nullable String datasetName,
            @Nullable String datasetDigest) {

        LogBatch.Measured read(InstantSource clock) {
            return new LogBatch.Measured(
                    new MetricPoint(
                            Given.key("key", key),
                            required("value", value),
                            step == null ? 0 : step,
                            timestamp == null ? clock.instant() : Instant.ofEpochMilli(timestamp)),
                    modelId == null || modelId.isEmpty() ? null : LoggedModelOnWire.id(modelId),
                    datasetName == null || datasetName.isEmpty()
                            ? null
                            : new ModelMetric.Dataset(datasetName, datasetDigest == null ? "" : datasetDigest));
        }
    }

    record LoggedText(
            @Nullable String runId,
            @Nullable String runUuid,
            @Nullable String key,
            @Nullable String value) {

        UUID id() {
            return Given.run(runId, runUuid);
        }

        Map<String, String> map(int longest) {
            return Map.of(Given.key("key", key), Given.cut(value == null ? "" : value, longest));
        }
    }

    record Batch(
            @Nullable String runId,
            @Nullable List<LoggedMetric> metrics,
            @Nullable List<Pair> params,
            @Nullable List<Pair> tags) {}

    record Inputs(
            @Nullable String runId,
            @Nullable List<RunOnWire.Input> datasets,
            @Nullable List<RunOnWire.ModelInput> models) {}

    record LoggedModel(@Nullable String runId, @Nullable String modelJson) {}

    record History(List<RunOnWire.Metric> metrics, @Nullable String nextPageToken) {}
}
