package dev.tidewright.training;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.cluster.Cluster;
import dev.tidewright.cluster.LogPiece;
import dev.tidewright.cluster.LogSlice;
import dev.tidewright.cluster.LogTail;
import dev.tidewright.cluster.ReplicaStatus;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Logs of attempts: read from the cluster while an attempt lasts, from the artifact store afterwards. Both count the same
 * bytes, so a reader that goes on from a position sees neither gap nor repetition at the change.
 */
@Component
class JobLogs {

    static final int SLICE = 256 * 1024;
    static final int MAX_TAIL = 10_000;
    private static final int MAX_TAIL_BYTES = 16 << 20;

    private static final Logger LOG = LoggerFactory.getLogger(JobLogs.class);
    private static final String MEDIA_TYPE = "text/plain;charset=UTF-8";

    private final Cluster cluster;
    private final Artifacts artifacts;
    private final AttemptService attempts;

    JobLogs(Cluster cluster, Artifacts artifacts, AttemptService attempts) {
        this.cluster = cluster;
        this.artifacts = artifacts;
        this.attempts = attempts;
    }

    /** Copies what the cluster has of an attempt's log, unless that was done already; then its workload may go. */
    void keep(JobState job, Attempt.Snapshot attempt) {
        var workload = job.workload(attempt);
        var known = attempt.logEnd() == null ? 0 : attempt.logEnd();
        var more = cluster.logs(workload, ReplicaStatus.BATCH, known, 1);
        if (more.next() <= known && known > 0) {
            return;
        }
        try (var copy = new LogStream(cluster, workload)) {
            artifacts.store(job.namespace(), JobSources.log(attempt.id()), file(attempt), copy, -1, null, MEDIA_TYPE);
            attempts.logKept(job.id(), attempt.number(), copy.start(), copy.end());
        } catch (Refusal refused) {
            // A namespace without storage left loses the log, but not the end of its job.
            LOG.warn("the log of {} cannot be kept: {}", workload, refused.sentence());
        }
    }

    /** What follows after {@code position}. {@code ended}: nothing will come after it. */
    LogSlice read(JobState job, Attempt.Snapshot attempt, long position, int maxBytes) {
        if (attempt.endedAt() == null) {
            var slice = cluster.logs(job.workload(attempt), ReplicaStatus.BATCH, position, maxBytes);
            // The end is told once the log is kept: until then somebody may still write it down.
            return new LogSlice(slice.bytes(), slice.start(), slice.next(), false);
        }
        return kept(attempt, position, maxBytes);
    }

    /** The last lines. */
    LogSlice tail(JobState job, Attempt.Snapshot attempt, int lines) {
        var tail = LogTail.before(source(job, attempt), Long.MAX_VALUE, lines, MAX_TAIL_BYTES);
        return new LogSlice(tail.bytes(), tail.start(), tail.next(), attempt.endedAt() != null);
    }

    /** What a page shows first, or of what lies before {@code end}. */
    LogPiece before(JobState job, Attempt.Snapshot attempt, long end) {
        var piece = LogPiece.before(source(job, attempt), end);
        return new LogPiece(piece.lines(), piece.start(), piece.next(), attempt.endedAt() != null, piece.earlier());
    }

    private LogTail.Source source(JobState job, Attempt.Snapshot attempt) {
        return (position, maxBytes) -> read(job, attempt, position, maxBytes);
    }

    private LogSlice kept(Attempt.Snapshot attempt, long position, int maxBytes) {
        var end = attempt.logEnd() == null ? 0 : attempt.logEnd();
        var start = Math.max(position, attempt.logStart());
        var file = artifacts.find(JobSources.log(attempt.id()), file(attempt));
        if (start >= end || file.isEmpty()) {
            return new LogSlice("", Math.min(start, end), Math.min(start, end), true);
        }
        try (var bytes = artifacts.open(file.get(), start - attempt.logStart(), maxBytes)) {
            var read = bytes.readNBytes(maxBytes);
            return LogSlice.cut(read, start, start + read.length >= end, true);
        } catch (IOException fault) {
            throw new UncheckedIOException("a kept log cannot be read", fault);
        }
    }

    private static String file(Attempt.Snapshot attempt) {
        return "attempt-" + attempt.number() + ".log";
    }

    /** A log in the cluster, from its first byte to the last that is there now. */
    private static final class LogStream extends java.io.InputStream {

        private final Cluster cluster;
        private final WorkloadId workload;
        private byte[] piece = {};
        private int at;
        private long start = -1;
        private long position;
        private long length;
        private boolean done;

        LogStream(Cluster cluster, WorkloadId workload) {
            this.cluster = cluster;
            this.workload = workload;
        }

        long start() {
            return Math.max(0, start);
        }

        long end() {
            return start() + length;
        }

        @Override
        public int read() {
            var one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int wanted) {
            if (at == piece.length && !next()) {
                return -1;
            }
            var count = Math.min(wanted, piece.length - at);
            System.arraycopy(piece, at, target, offset, count);
            at += count;
            return count;
        }

        private boolean next() {
            if (done) {
                return false;
            }
            var slice = cluster.logs(workload, ReplicaStatus.BATCH, position, SLICE);
            if (slice.isEmpty() || slice.next() <= position) {
                done = true;
                return false;
            }
            start = start < 0 ? slice.start() : start;
            position = slice.next();
            piece = slice.bytes();
            at = 0;
            length += piece.length;
            return true;
        }

        @Override
        public void close() {
            done = true;
        }
    }
}
