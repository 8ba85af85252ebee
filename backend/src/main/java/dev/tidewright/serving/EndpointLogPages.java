package dev.tidewright.serving;

import dev.tidewright.cluster.LogPiece;
import dev.tidewright.kernel.Name;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;

/** Lines of a replica's log for the page that shows it already: newer ones as they come, older ones on demand. */
@Controller
class EndpointLogPages {

    private final EndpointViews views;
    private final EndpointLogs logs;

    EndpointLogPages(EndpointViews views, EndpointLogs logs) {
        this.views = views;
        this.logs = logs;
    }

    @GetMapping("/ns/{ns}/endpoints/{name}/log")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String lines(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable String replica,
            @RequestParam(required = false) @Nullable Long before,
            @RequestParam(defaultValue = "0") long position,
            Model model) {
        var source = EndpointLogs.choose(
                ns, name, views.get(ns, name).status().replicas().each(), replica);
        model.addAttribute(
                "log", before == null ? LogPiece.after(logs.read(source, position)) : logs.shown(source, before));
        return "parts/log :: piece";
    }
}
