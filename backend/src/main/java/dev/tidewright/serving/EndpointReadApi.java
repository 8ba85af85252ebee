package dev.tidewright.serving;

import dev.tidewright.cluster.LogSlice;
import dev.tidewright.events.KeptEvent;
import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Moment;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
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

/** What is known of an endpoint beside itself: revisions, logs, findings, what answered when. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/endpoints/{name}")
class EndpointReadApi {

    private final EndpointViews views;
    private final RevisionViews revisions;
    private final Activations activations;
    private final EndpointLogs logs;
    private final EndpointEvents events;
    private final LogStreams streams;

    EndpointReadApi(
            EndpointViews views,
            RevisionViews revisions,
            Activations activations,
            EndpointLogs logs,
            EndpointEvents events,
            LogStreams streams) {
        this.events = events;
        this.views = views;
        this.revisions = revisions;
        this.activations = activations;
        this.logs = logs;
        this.streams = streams;
    }

    @GetMapping("/revisions")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<RevisionView> revisions(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable Integer limit) {
        return revisions.list(ns, name, cursor, Limit.of(limit));
    }

    /** What the cluster said of its replicas, the last first; kept when the cluster has forgotten it. */
    @GetMapping("/events")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<KeptEvent> events(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable Integer limit) {
        return events.list(ns, name, cursor, Limit.of(limit));
    }

    @GetMapping("/revisions/{number}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    RevisionView revision(@PathVariable Name ns, @PathVariable Name name, @PathVariable int number) {
        return revisions.get(ns, name, number);
    }

    @GetMapping("/revisions/{before}/diff/{after}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<SpecDiff.Change> diff(
            @PathVariable Name ns, @PathVariable Name name, @PathVariable int before, @PathVariable int after) {
        return Slice.whole(revisions.diff(ns, name, before, after));
    }

    @GetMapping("/replicas")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<ReplicaRow> replicas(@PathVariable Name ns, @PathVariable Name name) {
        return Slice.whole(views.get(ns, name).status().replicas().each());
    }

    /** What answered {@code at} some moment, and who had put it there; also for an endpoint that was deleted since. */
    @GetMapping("/at")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<Activations.Served> at(@PathVariable Name ns, @PathVariable Name name, @RequestParam String at) {
        return Slice.whole(activations.at(ns, name, Moment.parse("at", at)));
    }

    /** What the gateway answered in the last hour, step by step; begins anew with the gateway. */
    @GetMapping("/traffic")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    RecentTraffic traffic(@PathVariable Name ns, @PathVariable Name name) {
        return views.recentTraffic(ns, name);
    }

    @GetMapping("/diagnosis")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<Diagnosis.Finding> diagnosis(@PathVariable Name ns, @PathVariable Name name) {
        return Slice.whole(views.diagnosis(ns, name));
    }

    @GetMapping(path = "/logs", produces = MediaType.APPLICATION_JSON_VALUE)
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    LogSlice logs(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable String replica,
            @RequestParam(defaultValue = "0") long position) {
        return logs.read(source(ns, name, replica), position);
    }

    /** The same as it grows; an event's id is the position to resume from. */
    @GetMapping(path = "/logs", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    SseEmitter follow(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable String replica,
            @RequestParam(defaultValue = "0") long position,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable Long lastEventId) {
        return streams.follow(source(ns, name, replica), lastEventId == null ? position : lastEventId);
    }

    private EndpointLogs.Source source(Name ns, Name name, @Nullable String replica) {
        return EndpointLogs.choose(
                ns, name, views.get(ns, name).status().replicas().each(), replica);
    }
}
