package dev.tidewright.overview;

import dev.tidewright.history.History;
import dev.tidewright.history.HistoryEntry;
import dev.tidewright.history.HistoryQuery;
import dev.tidewright.kernel.Name;
import dev.tidewright.tenancy.Access;
import dev.tidewright.tenancy.Namespaces;
import dev.tidewright.tenancy.Role;
import java.util.List;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;

/** The first page: what needs somebody, what runs, what serves where, what changed. */
@Controller
class HomePages {

    private static final int CHANGES = 12;

    private final Access access;
    private final Namespaces namespaces;
    private final History history;
    private final Shell shell;
    private final Board board;

    HomePages(Access access, Namespaces namespaces, History history, Shell shell, Board board) {
        this.access = access;
        this.namespaces = namespaces;
        this.history = history;
        this.shell = shell;
        this.board = board;
    }

    @GetMapping("/")
    @PreAuthorize("@access.signedIn()")
    String home() {
        var mine = access.mine();
        return mine.isEmpty() ? "redirect:/namespaces" : "redirect:/ns/" + mine.getFirst();
    }

    @GetMapping("/ns/{ns}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String namespace(@PathVariable Name ns, Model model) {
        model.addAttribute("ns", ns);
        model.addAttribute("quota", namespaces.quota(ns));
        model.addAttribute("active", board.active(ns));
        model.addAttribute("serving", board.serving(ns));
        model.addAttribute("steps", board.steps(ns));
        var role = access.roleIn(ns);
        model.addAttribute(
                "mayTrain", role.filter(mine -> mine.covers(Role.EDITOR)).isPresent());
        var mayDeploy = role.filter(mine -> mine.covers(Role.DEPLOYER)).isPresent();
        model.addAttribute("mayDeploy", mayDeploy);
        model.addAttribute("needs", board.needs(ns, mayDeploy ? access.actor().name() : null));
        model.addAttribute("changes", changes(ns));
        return "home";
    }

    /** A run says the same as its job. */
    private List<HistoryEntry> changes(Name ns) {
        return history.find(new HistoryQuery(ns.value(), null, null, null, null, null, 2 * CHANGES)).stream()
                .filter(entry -> !entry.kind().equals("run"))
                .limit(CHANGES)
                .toList();
    }

    @GetMapping("/help")
    @PreAuthorize("@access.signedIn()")
    String help(Model model) {
        var frame = shell.now();
        var curl = "curl -H \"Authorization: Bearer $TIDEWRIGHT_TOKEN\" " + frame.server() + "/api/v1/";
        model.addAttribute(
                "calls",
                "export TIDEWRIGHT_TOKEN=…\n" + curl + "whoami\n" + curl
                        + (frame.ns() == null ? "namespaces" : "namespaces/" + frame.ns() + "/jobs"));
        return "help";
    }
}
