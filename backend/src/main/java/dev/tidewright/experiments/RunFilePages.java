package dev.tidewright.experiments;

import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.preview.Notebooks;
import dev.tidewright.tracking.RunFiles;
import dev.tidewright.tracking.RunService;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
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

/** Notebooks that runs have stored. */
@Controller
class RunFilePages {

    private final RunService runs;
    private final RunFiles files;
    private final Notebooks notebooks;

    RunFilePages(RunService runs, RunFiles files, Notebooks notebooks) {
        this.runs = runs;
        this.files = files;
        this.notebooks = notebooks;
    }

    @GetMapping("/ns/{ns}/runs/{id:[0-9a-fA-F-]{32,36}}/notebook")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String notebook(@PathVariable Name ns, @PathVariable String id, @RequestParam String file, Model model) {
        var run = runs.read(ns, RunId.parse(id)).run();
        var found = files.require(ns, run.id(), file);
        var self = "/ns/" + ns + "/runs/" + Ids.hex(run.id());
        model.addAttribute("ns", ns);
        model.addAttribute("area", "experiments");
        model.addAttribute("name", run.name());
        model.addAttribute("self", self);
        model.addAttribute("file", found);
        model.addAttribute("notebook", notebooks.read(found));
        model.addAttribute("download", download(ns, run.id(), file));
        model.addAttribute("picture", self + "/notebook/picture?file=" + UriUtils.encode(file, StandardCharsets.UTF_8));
        return "notebook";
    }

    @GetMapping("/ns/{ns}/runs/{id:[0-9a-fA-F-]{32,36}}/notebook/picture")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    ResponseEntity<byte[]> picture(
            @PathVariable Name ns,
            @PathVariable String id,
            @RequestParam String file,
            @RequestParam(defaultValue = "0") int cell,
            @RequestParam(defaultValue = "0") int output) {
        var run = runs.read(ns, RunId.parse(id)).run();
        var image = notebooks.image(files.require(ns, run.id(), file), cell, output);
        return ResponseEntity.ok()
                .contentType(MediaType.parseMediaType(image.media()))
                .cacheControl(CacheControl.noCache().cachePrivate())
                .body(image.content());
    }

    /** Where the bytes of a file are. */
    static String download(Name ns, UUID run, String file) {
        return "/api/v1/namespaces/" + ns + "/runs/" + run + "/artifacts/"
                + UriUtils.encodePath(file, StandardCharsets.UTF_8);
    }
}
