package dev.tidewright.experiments;

import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.preview.Previews;
import dev.tidewright.query.Condition;
import dev.tidewright.query.Field;
import dev.tidewright.query.Operator;
import dev.tidewright.tracking.ExperimentService;
import dev.tidewright.tracking.Lifecycle;
import dev.tidewright.tracking.RunData;
import dev.tidewright.tracking.RunFiles;
import dev.tidewright.tracking.RunFiles.RunFile;
import dev.tidewright.tracking.RunQuery;
import dev.tidewright.tracking.RunService;
import dev.tidewright.tracking.RunView;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** One run, and several side by side. */
@Controller
class RunPages {

    private static final int CHARTS = 12;
    private static final int CHARTS_OF_MANY = 8;
    private static final int NESTED = 50;
    private static final int MOST = 12;

    private final RunService runs;
    private final RunModels models;
    private final ExperimentService experiments;
    private final Curves curves;
    private final RunFiles files;
    private final Previews previews;

    RunPages(
            RunService runs,
            RunModels models,
            ExperimentService experiments,
            Curves curves,
            RunFiles files,
            Previews previews) {
        this.runs = runs;
        this.models = models;
        this.experiments = experiments;
        this.curves = curves;
        this.files = files;
        this.previews = previews;
    }

    @GetMapping("/ns/{ns}/runs/{id:[0-9a-fA-F-]{32,36}}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String run(
            @PathVariable Name ns,
            @PathVariable String id,
            @RequestParam(defaultValue = "overview") String tab,
            @RequestParam(defaultValue = "") String folder,
            @RequestParam(required = false) @Nullable String file,
            Model model) {
        var run = runs.read(ns, RunId.parse(id));
        model.addAttribute("ns", ns);
        model.addAttribute("run", run.run());
        model.addAttribute("data", run);
        model.addAttribute("id", Ids.hex(run.run().id()));
        model.addAttribute("tab", tab);
        model.addAttribute("user", Origin.user(run.run()));
        model.addAttribute("experiment", experiments.require(ns, run.run().experiment()));
        models.addTo(model, run.run());
        var stored = files.of(ns, run.run().id());
        model.addAttribute("files", stored.size());
        if (tab.equals("artifacts")) {
            addFiles(model, run.run(), stored, folder, file);
        } else {
            addOverview(model, ns, run);
        }
        return "run";
    }

    @GetMapping("/ns/{ns}/runs/compare")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String compare(
            @PathVariable Name ns,
            @RequestParam(required = false) @Nullable List<String> run,
            @RequestParam(defaultValue = "false") boolean differing,
            Model model) {
        var asked = run == null ? List.<String>of() : run.stream().distinct().toList();
        if (asked.size() > MOST) {
            throw new Refusal.Invalid(
                    "too-many-runs", "run", asked.size() + " runs are too many for one page: choose at most " + MOST);
        }
        var found = asked.stream().map(id -> runs.read(ns, RunId.parse(id))).toList();
        var comparison = Comparison.of(found, differing);
        model.addAttribute("ns", ns);
        model.addAttribute("runs", found.stream().map(RunData::run).toList());
        model.addAttribute(
                "ids", found.stream().map(one -> Ids.hex(one.run().id())).toList());
        model.addAttribute("differing", differing);
        model.addAttribute("comparison", comparison);
        model.addAttribute("axes", ParallelAxes.of(comparison, found.size()));
        model.addAttribute("charts", curves.of(found, CHARTS_OF_MANY));
        var of = found.stream().map(one -> one.run().experiment()).distinct().toList();
        model.addAttribute("experiment", of.size() == 1 ? experiments.require(ns, of.getFirst()) : null);
        return "runs-compare";
    }

    private void addOverview(Model model, Name ns, RunData run) {
        model.addAttribute("charts", curves.of(List.of(run), CHARTS));
        model.addAttribute("tags", Origin.tags(run.run()));
        model.addAttribute("note", Origin.note(run.run()));
        model.addAttribute("nested", nested(ns, run.run()));
        model.addAttribute(
                "parent",
                Origin.parent(run.run())
                        .flatMap(parent -> runs.find(ns, parent))
                        .orElse(null));
    }

    private void addFiles(Model model, RunView run, List<RunFile> stored, String folder, @Nullable String file) {
        model.addAttribute("tree", FileTree.of(stored, folder.replaceFirst("/+$", "")));
        model.addAttribute("path", file);
        if (file != null) {
            model.addAttribute("preview", previews.of(files.require(run.namespace(), run.id(), file)));
            model.addAttribute("download", RunFilePages.download(run.namespace(), run.id(), file));
        }
    }

    private List<RunData> nested(Name ns, RunView run) {
        var parent = new Condition(
                new Field(Field.Kind.TAG, "mlflow.parentRunId"), Operator.EQUAL, List.of(Ids.hex(run.id())), true);
        var query = new RunQuery(
                ns, List.of(run.experiment()), Lifecycle.ACTIVE_ONLY, List.of(parent), List.of(), null, NESTED);
        return runs.search(query).items();
    }
}
