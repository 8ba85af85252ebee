package dev.tidewright.training;

import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.LogPiece;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Logs of jobs as pages show them. A cluster that is away takes nothing else of a page with it. */
@Component
class JobLogViews {

    private final JobLogs logs;

    JobLogViews(JobLogs logs) {
        this.logs = logs;
    }

    /** The last lines before {@code end}. */
    LogPiece shown(JobState job, @Nullable Integer number, long end) {
        var attempt = job.attempt(number);
        if (attempt.isEmpty()) {
            return new LogPiece(List.of(), 0, 0, job.status().terminal(), false);
        }
        try {
            return logs.before(job, attempt.get(), Math.max(0, end));
        } catch (ClusterUnavailable away) {
            return LogPiece.NOTHING;
        }
    }

    /** What was written from {@code position} on. */
    LogPiece more(JobState job, @Nullable Integer number, long position) {
        var attempt = job.attempt(number);
        if (attempt.isEmpty()) {
            return new LogPiece(List.of(), 0, 0, job.status().terminal(), false);
        }
        try {
            return LogPiece.after(logs.read(job, attempt.get(), Math.max(0, position), JobLogs.SLICE));
        } catch (ClusterUnavailable away) {
            return new LogPiece(List.of(), position, position, false, false);
        }
    }
}
