package dev.tidewright.training;

import dev.tidewright.kernel.Name;
import dev.tidewright.preview.Notebooks;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** A notebook that a job kept, above all the executed one. Its pictures have addresses, since pages may hold none inline. */
@Controller
class NotebookPages {

    private final JobReader reader;
    private final JobFiles files;
    private final Notebooks notebooks;

    NotebookPages(JobReader reader, JobFiles files, Notebooks notebooks) {
        this.reader = reader;
        this.files = files;
        this.notebooks = notebooks;
    }

    @GetMapping("/ns/{ns}/jobs/{name}/notebook")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String show(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable Integer attempt,
            @RequestParam(required = false) @Nullable String file,
            Model model) {
        var job = reader.state(ns, name);
        var found = files.notebook(job, attempt, file);
        model.addAttribute("ns", ns);
        model.addAttribute("name", name);
        model.addAttribute("attempt", attempt == null ? job.attempts().size() : attempt);
        model.addAttribute("file", found);
        model.addAttribute("notebook", notebooks.read(found));
        return "notebook";
    }

    @GetMapping("/ns/{ns}/jobs/{name}/notebook/picture")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    ResponseEntity<byte[]> picture(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable Integer attempt,
            @RequestParam(required = false) @Nullable String file,
            @RequestParam(defaultValue = "0") int cell,
            @RequestParam(defaultValue = "0") int output) {
        var image = notebooks.image(files.notebook(reader.state(ns, name), attempt, file), cell, output);
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(image.media()))
                .cacheControl(CacheControl.noCache().cachePrivate())
                .body(image.content());
    }
}
