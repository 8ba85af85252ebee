package dev.tidewright.overview;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Text;
import dev.tidewright.tenancy.Access;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** The search box: everything of the caller's namespaces whose name holds the words, or whose id they are. */
@Controller
class SearchPages {

    private static final int MOST = 60;

    private final Access access;
    private final JdbcClient jdbc;

    SearchPages(Access access, JdbcClient jdbc) {
        this.access = access;
        this.jdbc = jdbc;
    }

    @GetMapping("/search")
    @PreAuthorize("@access.signedIn()")
    String search(@RequestParam(defaultValue = "") String q, Model model) {
        var words = Text.shortened(q.strip(), 100);
        model.addAttribute("searched", words);
        model.addAttribute("hits", words.isEmpty() ? List.of() : hits(words));
        return "search";
    }

    private List<Hit> hits(String words) {
        var mine = access.mine().stream().map(Name::value).toList();
        var hits = new ArrayList<Hit>();
        var low = words.toLowerCase(Locale.ROOT);
        mine.stream()
                .filter(name -> name.contains(low))
                .forEach(name -> hits.add(new Hit("namespace", name, name, "/ns/" + name)));
        if (!mine.isEmpty()) {
            // History knows every object by name and id, also those that are gone.
            jdbc.sql("""
                    SELECT kind, name, namespace, max(seq) AS newest FROM history_entry
                    WHERE namespace IN (:mine) AND kind IN ('job', 'model', 'model-version', 'endpoint')
                        AND (name ILIKE :like OR CAST(object_id AS text) = :exact)
                    GROUP BY kind, name, namespace ORDER BY newest DESC LIMIT :most
                    """)
                    .param("mine", mine)
                    .param("like", "%" + low.replaceAll("([\\\\%_])", "\\\\$1") + "%")
                    .param("exact", low)
                    .param("most", MOST)
                    .query((row, number) ->
                            hit(row.getString("kind"), row.getString("name"), row.getString("namespace")))
                    .list()
                    .forEach(hits::add);
        }
        return hits;
    }

    private static Hit hit(String kind, String name, String namespace) {
        var at = "/ns/" + namespace;
        var parts = name.split("/", 2);
        return new Hit(
                kind,
                name,
                namespace,
                switch (kind) {
                    case "job" -> at + "/jobs/" + name;
                    case "endpoint" -> at + "/endpoints/" + name;
                    case "model-version" ->
                        at + "/models/" + Text.inPath(parts[0]) + (parts.length > 1 ? "/versions/" + parts[1] : "");
                    default -> at + "/models/" + Text.inPath(name);
                });
    }

    /** One thing found. */
    record Hit(String kind, String name, String namespace, String link) {}
}
