package dev.tidewright.experiments;

import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Slice;
import dev.tidewright.query.Condition;
import dev.tidewright.query.Field;
import dev.tidewright.query.Operator;
import dev.tidewright.query.Order;
import dev.tidewright.tracking.Experiment;
import dev.tidewright.tracking.ExperimentService;
import dev.tidewright.tracking.Lifecycle;
import dev.tidewright.tracking.RunData;
import dev.tidewright.tracking.RunQuery;
import dev.tidewright.tracking.RunService;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.UriUtils;

/** The list of experiments, and the table of the runs of each. */
@Controller
class ExperimentPages {

    private static final int EXPERIMENTS = 50;
    private static final int RUNS = 50;

    private final ExperimentService experiments;
    private final RunService runs;

    ExperimentPages(ExperimentService experiments, RunService runs) {
        this.experiments = experiments;
        this.runs = runs;
    }

    @GetMapping("/ns/{ns}/experiments")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String list(
            @PathVariable Name ns,
            @RequestParam(required = false) @Nullable String q,
            @RequestParam(defaultValue = "false") boolean deleted,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        var words = q == null ? "" : q.strip();
        var slice = experiments.search(ns, lifecycle(deleted), named(words), List.of(), cursor, EXPERIMENTS);
        var numbers = slice.items().stream().map(Experiment::number).toList();
        model.addAttribute("ns", ns);
        model.addAttribute("q", words);
        model.addAttribute("deleted", deleted);
        model.addAttribute("experiments", slice.items());
        model.addAttribute("activity", experiments.activity(ns, numbers));
        model.addAttribute(
                "older", slice.nextCursor() == null ? null : address(ns, words, deleted, slice.nextCursor()));
        model.addAttribute("first", cursor == null ? null : address(ns, words, deleted, null));
        return "experiments";
    }

    @GetMapping("/ns/{ns}/experiments/{number:[0-9]{1,18}}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String runs(
            @PathVariable Name ns,
            @PathVariable long number,
            RunTableQuery query,
            Model model,
            HttpServletResponse response) {
        var experiment = experiments.require(ns, number);
        var orders = List.<Order>of();
        var found = new Slice<RunData>(List.of(), null);
        try {
            orders = query.orders();
            found = runs.search(new RunQuery(
                    ns,
                    List.of(number),
                    lifecycle(query.showsDeleted()),
                    query.conditions(),
                    orders,
                    query.cursor(),
                    Limit.of(RUNS)));
        } catch (Refusal.Invalid | Refusal.Malformed wrong) {
            // Told beside the field, with everything else as it was.
            response.setStatus(HttpStatus.UNPROCESSABLE_CONTENT.value());
            model.addAttribute("wrong", wrong.sentence());
        }
        var wrong = (String) model.getAttribute("wrong");
        model.addAttribute("ns", ns);
        model.addAttribute("experiment", experiment);
        model.addAttribute("activity", experiments.activity(ns, List.of(number)).get(number));
        model.addAttribute("query", query);
        model.addAttribute("table", RunTable.of(ns, number, query, orders, found.items()));
        model.addAttribute("nothing", RunTable.nothing(query, wrong));
        model.addAttribute("byStart", query.sortedBy(ns, number, null));
        model.addAttribute("older", found.nextCursor() == null ? null : query.from(ns, number, found.nextCursor()));
        model.addAttribute("first", query.cursor() == null ? null : query.from(ns, number, null));
        return "experiment";
    }

    private static Lifecycle lifecycle(boolean deleted) {
        return deleted ? Lifecycle.DELETED_ONLY : Lifecycle.ACTIVE_ONLY;
    }

    private static List<Condition> named(String words) {
        if (words.isEmpty()) {
            return List.of();
        }
        var like = "%" + words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%";
        return List.of(new Condition(new Field(Field.Kind.ATTRIBUTE, "name"), Operator.ILIKE, List.of(like), true));
    }

    private static String address(Name ns, String words, boolean deleted, @Nullable String cursor) {
        var parts = new java.util.ArrayList<String>();
        if (!words.isEmpty()) {
            parts.add("q=" + UriUtils.encode(words, StandardCharsets.UTF_8));
        }
        if (deleted) {
            parts.add("deleted=true");
        }
        if (cursor != null) {
            parts.add("cursor=" + UriUtils.encode(cursor, StandardCharsets.UTF_8));
        }
        return "/ns/" + ns + "/experiments" + (parts.isEmpty() ? "" : "?" + String.join("&", parts));
    }
}
