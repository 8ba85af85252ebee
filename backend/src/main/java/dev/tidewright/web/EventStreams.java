package dev.tidewright.web;

import dev.tidewright.history.History;
import dev.tidewright.history.HistoryEntry;
import dev.tidewright.history.HistoryPosition;
import dev.tidewright.kernel.Transition;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Server-sent events of history rows. Each stream has a virtual thread that sleeps until something was committed here, or
 * two seconds (somebody else may have committed), and then reads on from where it was.
 */
@Component
class EventStreams {

    private static final int BATCH = 200;
    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final History history;
    private final WebSettings settings;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition news = lock.newCondition();
    private long commits;
    private volatile boolean closed;

    EventStreams(History history, WebSettings settings) {
        this.history = history;
        this.settings = settings;
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT, fallbackExecution = true)
    void on(Transition committed) {
        wakeAll();
    }

    @EventListener
    void on(ContextClosedEvent closing) {
        closed = true;
        wakeAll();
    }

    /** What happened, row by row. */
    SseEmitter open(String namespace, HistoryPosition from) {
        return open(namespace, from, EventStreams::tell);
    }

    /** Only that something happened: for pages, which then ask for what they show. */
    SseEmitter hints(String namespace, HistoryPosition from) {
        return open(namespace, from, EventStreams::hint);
    }

    /** How some rows, at least one, are told. */
    @FunctionalInterface
    private interface Telling {
        void to(SseEmitter emitter, List<HistoryEntry> entries) throws IOException;
    }

    private static void tell(SseEmitter emitter, List<HistoryEntry> entries) throws IOException {
        for (var entry : entries) {
            emitter.send(
                    SseEmitter.event().id(entry.position()).name(entry.kind()).data(entry));
        }
    }

    private static void hint(SseEmitter emitter, List<HistoryEntry> entries) throws IOException {
        emitter.send(SseEmitter.event().id(entries.getLast().position()).data("changed"));
    }

    private SseEmitter open(String namespace, HistoryPosition from, Telling telling) {
        var emitter = new SseEmitter(settings.streamLife().toMillis());
        var open = new AtomicBoolean(true);
        emitter.onCompletion(() -> open.set(false));
        emitter.onTimeout(emitter::complete);
        emitter.onError(broken -> open.set(false));
        Thread.ofVirtual().name("events " + namespace).start(() -> send(emitter, namespace, from, open, telling));
        return emitter;
    }

    private void send(SseEmitter emitter, String namespace, HistoryPosition from, AtomicBoolean open, Telling telling) {
        var position = from;
        var lastSent = System.nanoTime();
        var seen = 0L;
        try {
            emitter.send(SseEmitter.event().comment("from " + from).reconnectTime(1000));
            while (open.get() && !closed) {
                var entries = history.after(namespace, position, BATCH);
                if (!entries.isEmpty()) {
                    telling.to(emitter, entries);
                    position = HistoryPosition.parse(entries.getLast().position());
                    lastSent = System.nanoTime();
                }
                if (System.nanoTime() - lastSent > HEARTBEAT_NANOS) {
                    emitter.send(SseEmitter.event().comment("still here"));
                    lastSent = System.nanoTime();
                }
                if (entries.size() < BATCH) {
                    seen = await(seen);
                }
            }
            emitter.complete();
        } catch (IOException | IllegalStateException gone) {
            emitter.complete();
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            emitter.complete();
        } catch (RuntimeException fault) {
            emitter.completeWithError(fault);
        }
    }

    /** Sleeps until something was committed after {@code seen}, or two seconds; answers what is seen now. */
    private long await(long seen) throws InterruptedException {
        lock.lock();
        try {
            var left = PATIENCE_NANOS;
            while (commits == seen && left > 0) {
                left = news.awaitNanos(left);
            }
            return commits;
        } finally {
            lock.unlock();
        }
    }

    private void wakeAll() {
        lock.lock();
        try {
            commits++;
            news.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
