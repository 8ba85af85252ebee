package dev.tidewright.serving;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** Sends logs as they grow, each on a virtual thread of its own. */
@Component
class LogStreams {

    private static final long LIFE_MILLIS = TimeUnit.HOURS.toMillis(1);
    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long PAUSE_MILLIS = 500;

    private final EndpointLogs logs;
    private final CountDownLatch closing = new CountDownLatch(1);

    LogStreams(EndpointLogs logs) {
        this.logs = logs;
    }

    @EventListener
    void on(ContextClosedEvent closed) {
        closing.countDown();
    }

    SseEmitter follow(EndpointLogs.Source source, long position) {
        var emitter = new SseEmitter(LIFE_MILLIS);
        var ended = new CountDownLatch(1);
        emitter.onCompletion(ended::countDown);
        emitter.onTimeout(emitter::complete);
        Thread.ofVirtual().name("log " + source.replica()).start(() -> {
            try {
                pump(emitter, source, position, ended);
                emitter.complete();
            } catch (IOException | IllegalStateException gone) {
                emitter.complete();
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                emitter.complete();
            } catch (RuntimeException fault) {
                emitter.completeWithError(fault);
            }
        });
        return emitter;
    }

    private void pump(SseEmitter emitter, EndpointLogs.Source source, long position, CountDownLatch ended)
            throws IOException, InterruptedException {
        var at = position;
        var lastSent = System.nanoTime();
        while (ended.getCount() > 0 && closing.getCount() > 0) {
            var slice = logs.read(source, at);
            if (!slice.isEmpty()) {
                emitter.send(SseEmitter.event()
                        .id(Long.toString(slice.next()))
                        .name("log")
                        .data(slice));
                at = slice.next();
                lastSent = System.nanoTime();
                continue;
            }
            if (slice.ended()) {
                return;
            }
            if (System.nanoTime() - lastSent > HEARTBEAT_NANOS) {
                emitter.send(SseEmitter.event().comment("still here"));
                lastSent = System.nanoTime();
            }
            if (closing.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }
}
