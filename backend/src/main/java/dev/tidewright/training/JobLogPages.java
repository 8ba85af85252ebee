package dev.tidewright.training;

import dev.tidewright.kernel.Name;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** Lines of a job's log for the page that shows it already: newer ones as they come, older ones on demand. */
@Controller
class JobLogPages {

    private final JobReader reader;
    private final JobLogViews logs;

    JobLogPages(JobReader reader, JobLogViews logs) {
        this.reader = reader;
        this.logs = logs;
    }

    @GetMapping("/ns/{ns}/jobs/{name}/log")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String lines(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable Integer attempt,
            @RequestParam(required = false) @Nullable Long before,
            @RequestParam(defaultValue = "0") long position,
            Model model) {
        var job = reader.state(ns, name);
        model.addAttribute(
                "log", before == null ? logs.more(job, attempt, position) : logs.shown(job, attempt, before));
        return "parts/log :: piece";
    }
}
