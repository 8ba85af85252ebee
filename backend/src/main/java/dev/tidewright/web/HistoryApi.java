package dev.tidewright.web;

import dev.tidewright.history.History;
import dev.tidewright.history.HistoryEntry;
import dev.tidewright.history.HistoryPosition;
import dev.tidewright.history.HistoryQuery;
import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** History as a list, newest first, and as a stream of events that a client resumes with {@code Last-Event-ID}. */
@RestController
@RequestMapping("/api/v1")
class HistoryApi {

    private final History history;
    private final EventStreams streams;

    HistoryApi(History history, EventStreams streams) {
        this.history = history;
        this.streams = streams;
    }

    @GetMapping("/namespaces/{ns}/history")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<HistoryEntry> ofNamespace(@PathVariable Name ns, Filter filter) {
        return find(ns.value(), filter);
    }

    @GetMapping("/history")
    @PreAuthorize("@access.platformAdmin()")
    Slice<HistoryEntry> ofPlatform(Filter filter) {
        return find(null, filter);
    }

    @GetMapping(path = "/namespaces/{ns}/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    SseEmitter events(
            @PathVariable Name ns,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable String lastEventId,
            @RequestParam(required = false) @Nullable String after) {
        var from = lastEventId != null ? lastEventId : after;
        return streams.open(ns.value(), from == null ? history.latest() : HistoryPosition.parse(from));
    }

    /** What to look for; what is left out means "any". */
    record Filter(
            @Nullable String kind,
            @Nullable String name,
            @Nullable String actor,
            @Nullable UUID objectId,
            @Nullable String cursor,
            @Nullable Integer limit) {}

    private Slice<HistoryEntry> find(@Nullable String namespace, Filter filter) {
        var limit = Limit.of(filter.limit());
        var query = new HistoryQuery(
                namespace,
                filter.kind(),
                filter.name(),
                filter.actor(),
                filter.objectId(),
                Cursor.number(filter.cursor()).orElse(null),
                limit + 1);
        return Slice.of(history.find(query), limit, HistoryEntry::seq);
    }
}
