package dev.tidewright.training;

import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.LogSlice;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Logs of jobs over REST: a piece as text or JSON, or followed as server-sent events. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/jobs/{name}/logs")
class JobLogApi {

    /** The position to go on reading from; with {@code X-Log-Ended: true} nothing will follow. */
    static final String NEXT = "X-Log-Next";

    static final String ENDED = "X-Log-Ended";

    private static final int PIECE = 4 << 20;

    private final JobReader reader;
    private final JobLogs logs;
    private final LogFollowers followers;

    JobLogApi(JobReader reader, JobLogs logs, LogFollowers followers) {
        this.reader = reader;
        this.logs = logs;
        this.followers = followers;
    }

    /**
     * The log of one attempt, the last one unless told: from byte {@code position}, or its last {@code tail} lines. What
     * is answered is decided by {@code Accept}: the very bytes that the program wrote, their text in JSON, or an event stream that goes on until the log has ended.
     */
    @GetMapping
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Object read(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable Integer attempt,
            @RequestParam(defaultValue = "0") long position,
            @RequestParam(required = false) @Nullable Integer tail,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable Long last,
            @RequestHeader(name = HttpHeaders.ACCEPT, defaultValue = "*/*") String accept) {
        var job = reader.state(ns, name);
        if (accept.contains(MediaType.TEXT_EVENT_STREAM_VALUE)) {
            return followers.follow(job, attempt, last == null ? position : last);
        }
        var slice = slice(job, attempt, position, tail);
        var answer = ResponseEntity.ok()
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(NEXT, Long.toString(slice.next()))
                .header(ENDED, Boolean.toString(slice.ended()));
        return accept.contains(MediaType.APPLICATION_JSON_VALUE)
                ? answer.contentType(MediaType.APPLICATION_JSON).body(slice)
                : answer.contentType(new MediaType(MediaType.TEXT_PLAIN, StandardCharsets.UTF_8))
                        .header("X-Content-Type-Options", "nosniff")
                        .body(slice.bytes());
    }

    private LogSlice slice(JobState job, @Nullable Integer number, long position, @Nullable Integer tail) {
        if (position < 0) {
            throw new Refusal.Malformed("invalid-position", "position", "position is " + position + ": give 0 or more");
        }
        if (tail != null && (tail < 1 || tail > JobLogs.MAX_TAIL)) {
            throw new Refusal.Malformed("invalid-tail", "tail", "tail is " + tail + ": give 1 to " + JobLogs.MAX_TAIL);
        }
        var attempt = job.attempt(number);
        if (attempt.isEmpty()) {
            return new LogSlice("", 0, 0, job.status().terminal());
        }
        try {
            return tail == null ? logs.read(job, attempt.get(), position, PIECE) : logs.tail(job, attempt.get(), tail);
        } catch (ClusterUnavailable away) {
            throw new Refusal.Unavailable(
                    "cluster-unreachable",
                    "the cluster does not answer just now, and the log is still there: try again");
        }
    }
}
