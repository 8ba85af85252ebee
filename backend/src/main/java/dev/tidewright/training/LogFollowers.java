package dev.tidewright.training;

import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.LogSlice;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.dao.DataAccessException;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;
import org.springframework.transaction.TransactionException;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Sends logs as they grow. An event's id is the byte position after it, so that a browser that was cut off goes on where
 * it was; the text is in JSON, because event streams would eat the carriage returns of progress bars.
 */
@Component
class LogFollowers implements DisposableBean {

    private static final long PAUSE_MILLIS = 300;
    private static final int PAUSES_TO_HEARTBEAT = 33;

    private final JobLogs logs;
    private final AttemptService attempts;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    LogFollowers(JobLogs logs, AttemptService attempts) {
        this.logs = logs;
        this.attempts = attempts;
    }

    /** @param number null: the attempt that is the last one when the stream begins */
    SseEmitter follow(JobState job, @Nullable Integer number, long position) {
        var emitter = new SseEmitter(0L);
        threads.execute(() -> {
            try {
                pump(emitter, job, number, Math.max(0, position));
                emitter.complete();
            } catch (IOException | IllegalStateException gone) {
                emitter.complete();
            } catch (InterruptedException stopped) {
                emitter.complete();
            } catch (RuntimeException fault) {
                emitter.completeWithError(fault);
            }
        });
        return emitter;
    }

    @Override
    public void destroy() {
        threads.shutdownNow();
    }

    private void pump(SseEmitter emitter, JobState job, @Nullable Integer number, long position)
            throws IOException, InterruptedException {
        var at = position;
        var attempt = number;
        for (var quiet = 0; ; ) {
            var slice = look(job, attempt, at);
            if (slice == null) {
                quiet++;
            } else {
                attempt = slice.attempt();
                quiet = slice.log().isEmpty() ? quiet + 1 : 0;
                at = send(emitter, slice.log(), at);
                if (slice.log().ended()) {
                    emitter.send(SseEmitter.event().name("end").data("{}", MediaType.APPLICATION_JSON));
                    return;
                }
            }
            if (quiet > 0) {
                if (quiet % PAUSES_TO_HEARTBEAT == 0) {
                    emitter.send(SseEmitter.event().comment("still here"));
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            }
        }
    }

    private static long send(SseEmitter emitter, LogSlice slice, long at) throws IOException {
        if (slice.isEmpty()) {
            return at;
        }
        emitter.send(SseEmitter.event()
                .id(Long.toString(slice.next()))
                .name("log")
                .data(new Piece(slice.text(), slice.start(), slice.next()), MediaType.APPLICATION_JSON));
        return slice.next();
    }

    /** Null while nothing can be known; then it is asked again. */
    private @Nullable Seen look(JobState first, @Nullable Integer number, long position) {
        try {
            var job = attempts.state(first.id());
            if (job.isEmpty()) {
                return new Seen(number, new LogSlice("", position, position, true));
            }
            var attempt = job.get().attempt(number);
            return attempt.isEmpty()
                    ? new Seen(
                            number,
                            new LogSlice(
                                    "", position, position, job.get().status().terminal()))
                    : new Seen(attempt.get().number(), logs.read(job.get(), attempt.get(), position, JobLogs.SLICE));
        } catch (ClusterUnavailable | DataAccessException | TransactionException away) {
            return null;
        }
    }

    private record Seen(@Nullable Integer attempt, LogSlice log) {}

    /** @param position of its first byte */
    record Piece(String text, long position, long next) {}
}
