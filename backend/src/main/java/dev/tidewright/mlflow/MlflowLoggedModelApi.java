package dev.tidewright.mlflow;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.query.FilterParser;
import dev.tidewright.query.Order;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tracking.Experiment;
import dev.tidewright.tracking.Lifecycle;
import dev.tidewright.tracking.LogModel;
import dev.tidewright.tracking.LoggedModel;
import dev.tidewright.tracking.LoggedModelService;
import dev.tidewright.tracking.LoggedModelStatus;
import dev.tidewright.tracking.ModelMetric;
import dev.tidewright.tracking.ModelOutput;
import dev.tidewright.tracking.RunQuery;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Models that runs write, as clients of 3.x announce them. */
@RestController
@RequestMapping("/api/2.0/mlflow")
class MlflowLoggedModelApi {

    private static final String STATUS = "LOGGED_MODEL_";
    private static final int MOST = 50_000;
    private static final int MOST_OUTPUTS = 100;

    private final LoggedModelService models;
    private final Access access;

    MlflowLoggedModelApi(LoggedModelService models, Access access) {
        this.models = models;
        this.access = access;
    }

    @PostMapping("/logged-models")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    One create(@InWorkspace Name ns, @RequestBody Create command) {
        var run = command.sourceRunId();
        var told = command.name();
        return one(models.create(new LogModel(
                ns,
                command.experimentId() == null ? Experiment.DEFAULT : Given.experiment(command.experimentId()),
                told == null || told.isBlank() ? RunNames.of(UUID.randomUUID()) : told,
                command.modelType() == null ? "" : command.modelType(),
                run == null || run.isEmpty() ? null : Given.run(run, null),
                Pair.map("param", command.params()),
                Pair.map("tag", command.tags()),
                access.actor())));
    }

    @GetMapping("/logged-models/{id}")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    One get(@InWorkspace Name ns, @PathVariable String id) {
        return one(models.require(ns, LoggedModelOnWire.id(id)));
    }

    @PatchMapping("/logged-models/{id}")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    One finish(@InWorkspace Name ns, @PathVariable String id, @RequestBody Finish command) {
        var text = Given.required("status", command.status());
        var status = Given.choice(
                "status", LoggedModelStatus.class, text.startsWith(STATUS) ? text.substring(STATUS.length()) : text);
        return one(models.finish(ns, LoggedModelOnWire.id(id), status, access.actor()));
    }

    @DeleteMapping("/logged-models/{id}")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty delete(@InWorkspace Name ns, @PathVariable String id) {
        models.delete(ns, LoggedModelOnWire.id(id), access.actor());
        return Empty.DONE;
    }

    @PatchMapping("/logged-models/{id}/tags")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty tag(@InWorkspace Name ns, @PathVariable String id, @RequestBody Texts command) {
        models.tag(ns, LoggedModelOnWire.id(id), Pair.map("tag", command.tags()));
        return Empty.DONE;
    }

    @DeleteMapping("/logged-models/{id}/tags/{key}")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty untag(@InWorkspace Name ns, @PathVariable String id, @PathVariable String key) {
        models.untag(ns, LoggedModelOnWire.id(id), key);
        return Empty.DONE;
    }

    @PostMapping("/logged-models/{id}/params")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty params(@InWorkspace Name ns, @PathVariable String id, @RequestBody Texts command) {
        models.addParams(ns, LoggedModelOnWire.id(id), Pair.map("param", command.params()));
        return Empty.DONE;
    }

    @PostMapping("/logged-models/search")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Page search(@InWorkspace Name ns, @RequestBody Search query) {
        var page = models.search(
                new RunQuery(
                        ns,
                        Given.experiments(query.experimentIds()),
                        Lifecycle.ACTIVE_ONLY,
                        FilterParser.filter(query.filter()),
                        query.orders(),
                        query.pageToken(),
                        Given.limit(query.maxResults(), 100, MOST)),
                Given.all(query.datasets()).stream().map(On::read).toList(),
                query.orderDatasets());
        return new Page(onWire(page.items()), page.nextCursor());
    }

    private One one(LoggedModel model) {
        return new One(onWire(List.of(model)).getFirst());
    }

    private List<LoggedModelOnWire> onWire(List<LoggedModel> found) {
        var metrics = models.metrics(found.stream().map(LoggedModel::id).toList());
        return found.stream()
                .map(model -> LoggedModelOnWire.of(model, metrics.getOrDefault(model.id(), List.of())))
                .toList();
    }

    @PostMapping("/runs/outputs")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty outputs(@InWorkspace Name ns, @RequestBody Outputs command) {
        var outputs = Given.all(command.models());
        Given.atMost(MOST_OUTPUTS, outputs.size(), "model");
        models.addOutputs(
                ns,
                Given.run(command.runId(), null),
                outputs.stream()
                        .map(output -> new ModelOutput(
                                LoggedModelOnWire.id(Given.required("model_id", output.modelId())),
                                output.step() == null ? 0 : output.step()))
                        .toList());
        return Empty.DONE;
    }

    record Create(
            @Nullable String experimentId,
            @Nullable String name,
            @Nullable String modelType,
            @Nullable String sourceRunId,
            @Nullable List<Pair> params,
            @Nullable List<Pair> tags) {}

    record Finish(@Nullable String status) {}

    record Texts(@Nullable List<Pair> params, @Nullable List<Pair> tags) {}

    record Search(
            @Nullable List<String> experimentIds,
            @Nullable String filter,
            @Nullable List<On> datasets,
            @Nullable Integer maxResults,
            @Nullable List<By> orderBy,
            @Nullable String pageToken) {

        List<Order> orders() {
            return Given.all(orderBy).stream().map(By::order).toList();
        }

        List<ModelMetric.Dataset> orderDatasets() {
            var named = Given.all(orderBy).stream()
                    .filter(by -> by.datasetName() != null && !by.datasetName().isEmpty())
                    .map(by -> new On(by.datasetName(), by.datasetDigest()).read())
                    .distinct()
                    .toList();
            if (named.size() > 1) {
                throw new Refusal.Invalid(
                        "order-by-datasets",
                        "order_by.dataset_name",
                        "order_by names " + named.size() + " data sets: sort by metrics on one of them");
            }
            return named;
        }
    }

    record On(@Nullable String datasetName, @Nullable String datasetDigest) {

        ModelMetric.Dataset read() {
            return new ModelMetric.Dataset(
                    Given.required("dataset_name", datasetName), datasetDigest == null ? "" : datasetDigest);
        }
    }

    record By(
            @Nullable String fieldName,
            @Nullable Boolean ascending,
            @Nullable String datasetName,
            @Nullable String datasetDigest) {

        Order order() {
            var direction = Boolean.FALSE.equals(ascending) ? " DESC" : "";
            return FilterParser.orders(List.of(Given.required("field_name", fieldName) + direction))
                    .getFirst();
        }
    }

    record Outputs(@Nullable String runId, @Nullable List<RunOnWire.Output> models) {}

    record One(LoggedModelOnWire model) {}

    record Page(List<LoggedModelOnWire> models, @Nullable String nextPageToken) {}
}
