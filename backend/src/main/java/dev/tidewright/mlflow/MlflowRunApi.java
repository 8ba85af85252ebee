package dev.tidewright.mlflow;

import dev.tidewright.kernel.Name;
import dev.tidewright.query.FilterParser;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tracking.Experiment;
import dev.tidewright.tracking.Lifecycle;
import dev.tidewright.tracking.RunQuery;
import dev.tidewright.tracking.RunService;
import dev.tidewright.tracking.RunSource;
import dev.tidewright.tracking.RunStatus;
import dev.tidewright.tracking.StartRun;
import dev.tidewright.tracking.Tracking;
import java.util.LinkedHashMap;
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

/** Runs: begin, end, find. */
@RestController
@RequestMapping("/api/2.0/mlflow/runs")
class MlflowRunApi {

    private static final String NAME_TAG = "mlflow.runName";
    private static final int MOST = 50_000;

    private final Tracking tracking;
    private final RunService runs;
    private final Access access;

    MlflowRunApi(Tracking tracking, RunService runs, Access access) {
        this.tracking = tracking;
        this.runs = runs;
        this.access = access;
    }

    @PostMapping("/create")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    One create(@InWorkspace Name ns, @RequestBody Create command) {
        var tags = new LinkedHashMap<>(Pair.tags(command.tags()));
        var told = command.runName() == null || command.runName().isEmpty() ? tags.get(NAME_TAG) : command.runName();
        var name = told == null || told.isBlank() ? RunNames.of(UUID.randomUUID()) : told;
        tags.put(NAME_TAG, name);
        if (command.userId() != null && !command.userId().isEmpty()) {
            tags.putIfAbsent("mlflow.user", command.userId());
        }
        var id = tracking.startRun(new StartRun(
                ns,
                name,
                command.experimentId() == null ? Experiment.DEFAULT : Given.experiment(command.experimentId()),
                false,
                access.program()
                        .map(job -> RunSource.job(job.id(), job.name().value()).beside())
                        .orElse(null),
                tags,
                Given.instant("start_time", command.startTime()),
                access.actor()));
        return new One(RunOnWire.of(runs.read(ns, id)));
    }

    @GetMapping("/get")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    One get(
            @InWorkspace Name ns,
            @RequestParam(name = "run_id", required = false) @Nullable String runId,
            @RequestParam(name = "run_uuid", required = false) @Nullable String runUuid) {
        return new One(RunOnWire.of(runs.read(ns, Given.run(runId, runUuid))));
    }

    @PostMapping("/update")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Updated update(@InWorkspace Name ns, @RequestBody Update command) {
        var id = command.id();
        var status = command.status() == null ? null : Given.choice("status", RunStatus.class, command.status());
        var name = command.runName() == null || command.runName().isEmpty() ? null : command.runName();
        var run = runs.change(ns, id, status, Given.instant("end_time", command.endTime()), name, access.actor());
        if (name != null) {
            runs.tag(ns, id, Map.of(NAME_TAG, name));
        }
        return new Updated(RunOnWire.Info.of(run));
    }

    @PostMapping("/delete")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty delete(@InWorkspace Name ns, @RequestBody Update command) {
        runs.delete(ns, command.id(), access.actor());
        return Empty.DONE;
    }

    @PostMapping("/restore")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty restore(@InWorkspace Name ns, @RequestBody Update command) {
        runs.restore(ns, command.id(), access.actor());
        return Empty.DONE;
    }

    @PostMapping("/search")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Page search(@InWorkspace Name ns, @RequestBody Search query) {
        var page = runs.search(new RunQuery(
                ns,
                Given.experiments(query.experimentIds()),
                query.runViewType() == null
                        ? Lifecycle.ACTIVE_ONLY
                        : Given.choice("run_view_type", Lifecycle.class, query.runViewType()),
                FilterParser.filter(query.filter()),
                FilterParser.orders(Given.all(query.orderBy())),
                query.pageToken(),
                Given.limit(query.maxResults(), 1000, MOST)));
        return new Page(page.items().stream().map(RunOnWire::of).toList(), page.nextCursor());
    }

    record Create(
            @Nullable String experimentId,
            @Nullable String userId,
            @Nullable String runName,
            @Nullable Long startTime,
            @Nullable List<Pair> tags) {}

    record Update(
            @Nullable String runId,
            @Nullable String runUuid,
            @Nullable String status,
            @Nullable Long endTime,
            @Nullable String runName) {

        UUID id() {
            return Given.run(runId, runUuid);
        }
    }

    record Search(
            @Nullable List<String> experimentIds,
            @Nullable String filter,
            @Nullable String runViewType,
            @Nullable Integer maxResults,
            @Nullable List<String> orderBy,
            @Nullable String pageToken) {}

    record One(RunOnWire run) {}

    record Updated(RunOnWire.Info runInfo) {}

    record Page(List<RunOnWire> runs, @Nullable String nextPageToken) {}
}
