package dev.tidewright.mlflow;

import static dev.tidewright.mlflow.Given.required;

import dev.tidewright.kernel.Name;
import dev.tidewright.query.FilterParser;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tracking.Experiment;
import dev.tidewright.tracking.ExperimentService;
import dev.tidewright.tracking.Lifecycle;
import dev.tidewright.tracking.RunSource;
import dev.tidewright.tracking.Tracking;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Experiments. */
@RestController
@RequestMapping("/api/2.0/mlflow/experiments")
class MlflowExperimentApi {

    private static final int MOST = 50_000;

    private final ExperimentService experiments;
    private final Tracking tracking;
    private final Access access;

    MlflowExperimentApi(ExperimentService experiments, Tracking tracking, Access access) {
        this.experiments = experiments;
        this.tracking = tracking;
        this.access = access;
    }

    @PostMapping("/create")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Created create(@InWorkspace Name ns, @RequestBody Create command) {
        ArtifactPlace.requireOurs(command.artifactLocation());
        var number = experiments.create(
                ns, required("name", command.name()), Pair.map("tag", command.tags()), access.actor());
        chosen(number);
        return new Created(String.valueOf(number));
    }

    @GetMapping("/get")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    One get(@InWorkspace Name ns, @RequestParam(name = "experiment_id") String id) {
        return one(experiments.require(ns, Given.experiment(id)));
    }

    @GetMapping("/get-by-name")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    One byName(@InWorkspace Name ns, @RequestParam(name = "experiment_name") String name) {
        return one(experiments.require(ns, name));
    }

    @PostMapping("/search")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Page search(@InWorkspace Name ns, @RequestBody Search query) {
        return page(ns, query);
    }

    @GetMapping("/search")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Page searchByQuery(
            @InWorkspace Name ns,
            @RequestParam(required = false) @Nullable String filter,
            @RequestParam(name = "order_by", required = false) @Nullable List<String> orderBy,
            @RequestParam(name = "max_results", required = false) @Nullable Integer maxResults,
            @RequestParam(name = "view_type", required = false) @Nullable String viewType,
            @RequestParam(name = "page_token", required = false) @Nullable String pageToken) {
        return page(ns, new Search(filter, orderBy, maxResults, viewType, pageToken));
    }

    @PostMapping("/update")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty update(@InWorkspace Name ns, @RequestBody Update command) {
        experiments.rename(ns, Given.experiment(command.experimentId()), required("new_name", command.newName()));
        return Empty.DONE;
    }

    @PostMapping("/delete")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty delete(@InWorkspace Name ns, @RequestBody Update command) {
        experiments.delete(ns, Given.experiment(command.experimentId()));
        return Empty.DONE;
    }

    @PostMapping("/restore")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty restore(@InWorkspace Name ns, @RequestBody Update command) {
        experiments.restore(ns, Given.experiment(command.experimentId()));
        return Empty.DONE;
    }

    @PostMapping("/set-experiment-tag")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty tag(@InWorkspace Name ns, @RequestBody Tag command) {
        experiments.tag(
                ns,
                Given.experiment(command.experimentId()),
                Given.key("key", command.key()),
                command.value() == null ? "" : command.value());
        return Empty.DONE;
    }

    @PostMapping("/delete-experiment-tag")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty untag(@InWorkspace Name ns, @RequestBody Tag command) {
        experiments.untag(ns, Given.experiment(command.experimentId()), required("key", command.key()));
        return Empty.DONE;
    }

    private One one(Experiment experiment) {
        if (experiment.deletedAt() == null) {
            chosen(experiment.number());
        }
        return new One(Shown.of(experiment));
    }

    /**
     * {@code mlflow.set_experiment} only asks for the experiment. A client that is told its run, as a job's program is, then refuses
     * to begin it in any other: so the run comes along.
     */
    private void chosen(long experiment) {
        access.program()
                .ifPresent(job ->
                        tracking.follow(RunSource.job(job.id(), job.name().value()), experiment));
    }

    private Page page(Name ns, Search query) {
        var page = experiments.search(
                ns,
                query.viewType() == null
                        ? Lifecycle.ACTIVE_ONLY
                        : Given.choice("view_type", Lifecycle.class, query.viewType()),
                FilterParser.filter(query.filter()),
                FilterParser.orders(Given.all(query.orderBy())),
                query.pageToken(),
                Given.limit(query.maxResults(), 1000, MOST));
        return new Page(page.items().stream().map(Shown::of).toList(), page.nextCursor());
    }

    record Create(
            @Nullable String name,
            @Nullable String artifactLocation,
            @Nullable List<Pair> tags) {}

    record Created(String experimentId) {}

    record Update(@Nullable String experimentId, @Nullable String newName) {}

    record Tag(
            @Nullable String experimentId,
            @Nullable String key,
            @Nullable String value) {}

    record Search(
            @Nullable String filter,
            @Nullable List<String> orderBy,
            @Nullable Integer maxResults,
            @Nullable String viewType,
            @Nullable String pageToken) {}

    record One(Shown experiment) {}

    record Page(List<Shown> experiments, @Nullable String nextPageToken) {}

    /** An experiment on the wire. */
    record Shown(
            String experimentId,
            String name,
            String artifactLocation,
            String lifecycleStage,
            long creationTime,
            long lastUpdateTime,
            List<Pair> tags,
            String workspace) {

        static Shown of(Experiment experiment) {
            return new Shown(
                    String.valueOf(experiment.number()),
                    experiment.name(),
                    ArtifactPlace.ofExperiment(experiment.number()),
                    experiment.deletedAt() == null ? "active" : "deleted",
                    experiment.createdAt().toEpochMilli(),
                    experiment.updatedAt().toEpochMilli(),
                    Pair.of(experiment.tags()),
                    experiment.namespace().value());
        }
    }
}
