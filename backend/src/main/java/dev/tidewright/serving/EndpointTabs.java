package dev.tidewright.serving;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.ui.Model;
import tools.jackson.databind.json.JsonMapper;

/** What each section of an endpoint's page shows. */
@Component
class EndpointTabs {

    private static final int REVISIONS = 20;
    private static final int EVENTS = 100;
    private static final int SAID = 50;

    private final EndpointViews views;
    private final RevisionViews revisions;
    private final EndpointLogs logs;
    private final EndpointEvents said;
    private final InputExamples examples;
    private final JsonMapper json;

    EndpointTabs(
            EndpointViews views,
            RevisionViews revisions,
            EndpointLogs logs,
            EndpointEvents said,
            InputExamples examples,
            JsonMapper json) {
        this.said = said;
        this.views = views;
        this.revisions = revisions;
        this.logs = logs;
        this.examples = examples;
        this.json = json;
    }

    /**
     * What the address asks for.
     *
     * @param whole false when only the live part is asked for again
     */
    record Asked(
            String tab,
            @Nullable Integer from,
            @Nullable Integer to,
            @Nullable String replica,
            @Nullable String cursor,
            long before,
            boolean whole) {}

    void fill(Model model, Name ns, Name name, Resource<DeployEndpoint, EndpointStatus> endpoint, Asked asked) {
        var present = endpoint.status().revision();
        model.addAttribute("findings", views.diagnosis(ns, name));
        switch (asked.tab()) {
            case "revisions" -> revisions(model, ns, name, asked);
            case "events" ->
                model.addAttribute(
                                "events", views.history(ns, name, null, EVENTS).items())
                        .addAttribute("said", said.list(ns, name, null, SAID).items());
            case "logs" -> log(model, ns, name, endpoint, asked);
            case "json" ->
                model.addAttribute("raw", json.writerWithDefaultPrettyPrinter().writeValueAsString(endpoint));
            case "playground" -> {
                model.addAttribute("url", endpoint.status().url());
                model.addAttribute(
                        "example",
                        examples.of(revisions.get(ns, name, present).spec().serves()));
            }
            default -> {
                model.addAttribute("present", revisions.get(ns, name, present));
                model.addAttribute("recent", views.history(ns, name, null, 8).items());
                model.addAttribute("hour", views.recentTraffic(ns, name));
            }
        }
    }

    private void revisions(Model model, Name ns, Name name, Asked asked) {
        var slice = revisions.list(ns, name, asked.cursor(), REVISIONS);
        var shown = slice.items();
        var self = "/ns/" + ns + "/endpoints/" + name + "?tab=revisions";
        model.addAttribute("revisions", shown);
        model.addAttribute("older", slice.nextCursor() == null ? null : self + "&cursor=" + slice.nextCursor());
        model.addAttribute("first", asked.cursor() == null ? null : self);
        var newest = shown.isEmpty() ? 1 : shown.getFirst().number();
        var to = asked.to() == null ? newest : asked.to();
        var from = asked.from() == null
                ? Objects.requireNonNullElse(revisions.get(ns, name, to).previous(), 1)
                : asked.from();
        model.addAttribute("from", from);
        model.addAttribute("to", to);
        model.addAttribute("diff", revisions.diff(ns, name, from, to));
    }

    private void log(Model model, Name ns, Name name, Resource<DeployEndpoint, EndpointStatus> endpoint, Asked asked) {
        var replicas = endpoint.status().replicas().each();
        if (replicas.isEmpty()) {
            model.addAttribute("log", null);
            return;
        }
        var source = EndpointLogs.choose(ns, name, replicas, asked.replica());
        model.addAttribute("replica", source.replica());
        if (asked.whole()) {
            model.addAttribute("log", logs.shown(source, asked.before()));
        }
    }
}
