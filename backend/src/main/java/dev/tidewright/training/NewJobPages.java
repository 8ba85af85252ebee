package dev.tidewright.training;

import dev.tidewright.artifacts.Upload;
import dev.tidewright.artifacts.Uploads;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;

/** The form for a job: a new one, or an earlier one with changes. */
@Controller
class NewJobPages {

    private final JobActions actions;
    private final JobReader reader;
    private final Uploads uploads;
    private final Access access;

    NewJobPages(JobActions actions, JobReader reader, Uploads uploads, Access access) {
        this.actions = actions;
        this.reader = reader;
        this.uploads = uploads;
        this.access = access;
    }

    @GetMapping("/ns/{ns}/jobs/new")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String form(@PathVariable Name ns, @RequestParam(required = false) @Nullable Name from, Model model) {
        model.addAttribute("ns", ns);
        model.addAttribute("may", actions.may(ns));
        model.addAttribute("deadline", JobRules.DEADLINE);
        model.addAttribute("earlier", from == null ? null : reader.get(ns, from));
        return "job-new";
    }

    /** Takes the file in while the rest of the form is still being filled in, and says what it is. */
    @PostMapping("/ns/{ns}/jobs/source")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    String source(@PathVariable Name ns, @RequestParam MultipartFile file, Model model) {
        model.addAttribute("source", receive(ns, file));
        return "job-new :: source";
    }

    @PostMapping("/ns/{ns}/jobs/plan")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    String plan(@PathVariable Name ns, JobForm form, Model model) {
        var command = form.command(given(form.upload()));
        model.addAttribute("plan", actions.plan(ns, form, command));
        model.addAttribute("ns", ns);
        model.addAttribute("command", command);
        model.addAttribute("from", form.again() ? form.from() : null);
        return "job-new :: plan";
    }

    @PostMapping("/ns/{ns}/jobs")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    String submit(@PathVariable Name ns, JobForm form, @RequestParam(required = false) @Nullable MultipartFile file) {
        var upload = given(form.upload());
        if (upload == null && file != null && !file.isEmpty()) {
            upload = receive(ns, file).id().toString();
        }
        return "redirect:/ns/" + ns + "/jobs/" + actions.submit(ns, form, form.command(upload));
    }

    private Upload receive(Name ns, MultipartFile file) {
        var name = file.getOriginalFilename();
        if (name == null || name.isBlank()) {
            throw new Refusal.Invalid("no-file", "file", "choose a notebook, a script or an archive");
        }
        try (var body = file.getInputStream()) {
            return uploads.receive(ns, name, body, file.getSize(), null, access.actor());
        } catch (IOException fault) {
            throw new UncheckedIOException("the file could not be received", fault);
        }
    }

    private static @Nullable String given(@Nullable String text) {
        return text == null || text.isBlank() ? null : text.strip();
    }
}
