package dev.tidewright.training;

import dev.tidewright.history.History;
import dev.tidewright.history.HistoryQuery;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriComponentsBuilder;

/** Jobs as pages: the list and each one's own. */
@Controller
class JobPages {

    private static final int SAID = 50;
    private static final int PAGE = 30;

    private final JobReader reader;
    private final JobLogViews logs;
    private final JobFiles files;
    private final JobRunViews runs;
    private final History history;
    private final JobActions actions;

    JobPages(
            JobReader reader, JobLogViews logs, JobFiles files, JobRunViews runs, History history, JobActions actions) {
        this.reader = reader;
        this.logs = logs;
        this.files = files;
        this.runs = runs;
        this.history = history;
        this.actions = actions;
    }

    @GetMapping("/ns/{ns}/jobs")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String list(@PathVariable Name ns, JobQuery query, Model model) {
        var slice = reader.list(ns, query, PAGE);
        model.addAttribute("ns", ns);
        model.addAttribute("jobs", slice.items());
        model.addAttribute("query", query);
        model.addAttribute("counts", reader.count(ns, query));
        model.addAttribute("older", slice.nextCursor() == null ? null : address(ns, query, slice.nextCursor()));
        model.addAttribute("first", query.cursor() == null ? null : address(ns, query, null));
        model.addAttribute("may", actions.may(ns));
        return "jobs";
    }

    @GetMapping("/ns/{ns}/jobs/{name}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String job(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(defaultValue = "overview") String tab,
            @RequestParam(required = false) @Nullable Integer attempt,
            @RequestParam(required = false) @Nullable String file,
            @RequestParam(required = false) @Nullable Long before,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String htmx,
            Model model) {
        var job = reader.get(ns, name);
        var state = reader.state(ns, name);
        model.addAttribute("ns", ns);
        model.addAttribute("job", job);
        model.addAttribute("tab", tab);
        model.addAttribute("attempt", attempt == null ? state.attempts().size() : attempt);
        model.addAttribute("findings", reader.diagnosis(ns, name));
        model.addAttribute("stages", JobStages.of(job.status(), job.metadata().createdAt()));
        model.addAttribute("files", files.of(state, attempt));
        model.addAttribute("may", actions.may(ns));
        switch (tab) {
            case "artifacts" -> {
                runs.addFiles(model, ns, job.status().run());
                model.addAttribute("preview", file == null ? null : files.preview(state, attempt, file));
            }
            case "events" ->
                model.addAttribute(
                                "events",
                                history.find(HistoryQuery.of(job.metadata().uid(), 200)))
                        .addAttribute(
                                "said", reader.events(ns, name, null, SAID).items());
            case "json" -> actions.addText(model, job);
            default -> addOverview(model, job, state, attempt, before, htmx == null);
        }
        return "job";
    }

    @PostMapping("/ns/{ns}/jobs/{name}/stop")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    String stop(@PathVariable Name ns, @PathVariable Name name, @RequestParam String reason) {
        actions.stop(ns, name, reason);
        return "redirect:/ns/" + ns + "/jobs/" + name;
    }

    @PostMapping("/ns/{ns}/jobs/{name}/delete")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    String delete(@PathVariable Name ns, @PathVariable Name name, @RequestParam long version) {
        actions.delete(ns, name, version);
        return "redirect:/ns/" + ns + "/jobs";
    }

    private void addOverview(
            Model model,
            Resource<JobSpec, JobView> job,
            JobState state,
            @Nullable Integer attempt,
            @Nullable Long before,
            boolean withLog) {
        runs.add(model, state.namespace(), job.status().run());
        if (withLog) {
            model.addAttribute("log", logs.shown(state, attempt, before == null ? Long.MAX_VALUE : before));
        }
    }

    private static String address(Name ns, JobQuery query, @Nullable String cursor) {
        var address = UriComponentsBuilder.fromPath("/ns/" + ns + "/jobs");
        add(address, "status", query.status());
        add(address, "q", query.q());
        add(address, "label", query.label());
        add(address, "createdBy", query.createdBy());
        add(address, "cursor", cursor);
        return address.encode().toUriString();
    }

    private static void add(UriComponentsBuilder address, String name, @Nullable String value) {
        if (value != null && !value.isBlank()) {
            address.queryParam(name, value);
        }
    }
}
