package dev.tidewright.web;

import dev.tidewright.history.History;
import dev.tidewright.history.HistoryEntry;
import dev.tidewright.history.HistoryPosition;
import dev.tidewright.history.HistoryQuery;
import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.util.UriComponentsBuilder;

/** What happened in a namespace: the list, its filters, and the same as a file. */
@Controller
class HistoryPages {

    private static final int PAGE = 50;
    private static final int FILE = 10_000;
    private static final List<String> KINDS = List.of(
            "job",
            "model",
            "model-version",
            "alias",
            "endpoint",
            "revision",
            "rollout",
            "namespace",
            "member",
            "webhook");

    private final History history;
    private final EventStreams streams;

    HistoryPages(History history, EventStreams streams) {
        this.history = history;
        this.streams = streams;
    }

    @GetMapping("/ns/{ns}/history")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    String list(
            @PathVariable Name ns,
            Filter filter,
            @RequestParam(required = false) @Nullable String cursor,
            Model model) {
        var slice = Slice.of(
                history.find(filter.query(ns, Cursor.number(cursor).orElse(null), PAGE + 1)), PAGE, HistoryEntry::seq);
        model.addAttribute("ns", ns);
        model.addAttribute("entries", slice.items());
        model.addAttribute("filter", filter);
        model.addAttribute("kinds", KINDS);
        model.addAttribute("csv", filter.address("/ns/" + ns + "/history.csv", null));
        model.addAttribute("first", cursor == null ? null : filter.address("/ns/" + ns + "/history", null));
        model.addAttribute(
                "older",
                slice.nextCursor() == null ? null : filter.address("/ns/" + ns + "/history", slice.nextCursor()));
        return "history";
    }

    /** Wakes the page that listens whenever something happened in its namespace. */
    @GetMapping(path = "/ns/{ns}/live", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    SseEmitter live(
            @PathVariable Name ns, @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String last) {
        return streams.hints(ns.value(), last == null ? history.latest() : HistoryPosition.parse(last));
    }

    @GetMapping("/ns/{ns}/history.csv")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    void file(@PathVariable Name ns, Filter filter, HttpServletResponse response) throws IOException {
        response.setContentType("text/csv; charset=utf-8");
        response.setHeader("Content-Disposition", "attachment; filename=\"history-" + ns + ".csv\"");
        var out = new StringBuilder("at,kind,name,verb,from,to,reason,actor,via\r\n");
        for (var entry : history.find(filter.query(ns, null, FILE))) {
            out.append(entry.at());
            for (var cell : new @Nullable String[] {
                entry.kind(),
                entry.name(),
                entry.verb(),
                entry.from(),
                entry.to(),
                entry.reason(),
                entry.actor(),
                entry.via()
            }) {
                out.append(',').append(quoted(cell));
            }
            out.append("\r\n");
        }
        response.getOutputStream().write(out.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** A leading apostrophe keeps a spreadsheet from running a cell as a formula. */
    private static String quoted(@Nullable String cell) {
        var text = cell == null ? "" : cell;
        var safe = !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
        return '"' + safe.replace("\"", "\"\"") + '"';
    }

    /** The filters of the address; blank means any. */
    record Filter(
            @Nullable String kind,
            @Nullable String name,
            @Nullable String actor) {

        HistoryQuery query(Name ns, @Nullable Long before, int limit) {
            return new HistoryQuery(ns.value(), given(kind), given(name), given(actor), null, before, limit);
        }

        String address(String path, @Nullable String cursor) {
            var address = UriComponentsBuilder.fromPath(path);
            for (var pair : List.of(
                    new String[] {"kind", String.valueOf(given(kind))},
                    new String[] {"name", String.valueOf(given(name))},
                    new String[] {"actor", String.valueOf(given(actor))},
                    new String[] {"cursor", String.valueOf(cursor)})) {
                if (!pair[1].equals("null")) {
                    address.queryParam(pair[0], pair[1]);
                }
            }
            return address.encode().toUriString();
        }

        private static @Nullable String given(@Nullable String text) {
            return text == null || text.isBlank() ? null : text.strip();
        }
    }
}
