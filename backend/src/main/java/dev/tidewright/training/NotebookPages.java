package dev.tidewright.training;

import dev.tidewright.kernel.Name;
import dev.tidewright.preview.Notebooks;
import java.nio.charset.StandardCharsets;
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
import org.springframework.web.util.UriUtils;

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
        var number = attempt == null ? job.attempts().size() : attempt;
        var self = "/ns/" + ns + "/jobs/" + name;
        model.addAttribute("area", "jobs");
        model.addAttribute("name", name);
        model.addAttribute("self", self);
        model.addAttribute("file", found);
        model.addAttribute("notebook", notebooks.read(found));
        model.addAttribute(
                "download",
                "/api/v1/namespaces/" + ns + "/jobs/" + name + "/artifacts/"
                        + UriUtils.encodePath(found.path(), StandardCharsets.UTF_8) + "?attempt=" + number);
        model.addAttribute(
                "picture",
                self + "/notebook/picture?attempt=" + number + "&file="
                        + UriUtils.encode(found.path(), StandardCharsets.UTF_8));
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
