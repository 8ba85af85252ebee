package dev.tidewright.training;

import dev.tidewright.kernel.Name;
import dev.tidewright.tracking.ExperimentService;
import dev.tidewright.tracking.Latest;
import dev.tidewright.tracking.LoggedModelService;
import dev.tidewright.tracking.RunFiles;
import dev.tidewright.tracking.RunSource;
import dev.tidewright.tracking.RunView;
import dev.tidewright.tracking.Series;
import dev.tidewright.tracking.Tracking;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;

/** What a job's page shows of what the job records. */
@Component
class JobRunViews {

    private static final int CURVES = 8;
    private static final int POINTS = 300;
    private static final int BESIDE = 50;

    private final Tracking tracking;
    private final LoggedModelService models;
    private final ExperimentService experiments;
    private final RunFiles files;

    JobRunViews(Tracking tracking, LoggedModelService models, ExperimentService experiments, RunFiles files) {
        this.tracking = tracking;
        this.models = models;
        this.experiments = experiments;
        this.files = files;
    }

    /** How many files the job's run has stored, beside what its attempts left behind. */
    void addFiles(Model model, Name ns, @Nullable UUID run) {
        model.addAttribute("run", run);
        model.addAttribute("logged", run == null ? 0 : files.of(ns, run).size());
    }

    /** The job's own run, what its program has begun besides, and the models that all of them wrote. */
    void add(Model model, Name ns, @Nullable UUID run) {
        var own = run == null ? null : tracking.find(run).orElse(null);
        var beside = own == null || own.source() == null
                ? List.<RunView>of()
                : tracking.beside(
                        new RunSource(
                                own.source().kind(),
                                own.source().id(),
                                own.source().name(),
                                true),
                        BESIDE);
        var metrics = own == null ? List.<Latest>of() : tracking.metrics(own.id());
        model.addAttribute("run", own);
        model.addAttribute("experiment", own == null ? null : experiments.require(ns, own.experiment()));
        model.addAttribute("beside", beside);
        model.addAttribute(
                "written",
                own == null
                        ? List.of()
                        : models.written(
                                ns,
                                Stream.concat(Stream.of(own), beside.stream()).toList()));
        model.addAttribute("metrics", metrics);
        model.addAttribute("curves", own == null ? List.of() : curves(own.id(), metrics));
    }

    private List<Series> curves(UUID run, List<Latest> metrics) {
        return metrics.stream()
                .filter(metric -> metric.points() > 1)
                .limit(CURVES)
                .map(metric -> tracking.series(run, metric.key(), POINTS))
                .toList();
    }
}
