package dev.tidewright.cluster.local;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Makes a pass, waits as long as the pass says or until woken, and makes the next one. */
final class Pulse implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Pulse.class.getName());
    private static final Duration AFTER_FAULT = Duration.ofSeconds(1);

    private final Semaphore wakes = new Semaphore(0);
    private final Thread thread;

    Pulse(Supplier<Duration> pass) {
        thread = Thread.ofPlatform().daemon().name("local-cluster").unstarted(() -> beat(pass));
    }

    void start() {
        thread.start();
    }

    void wake() {
        wakes.release();
    }

    private void beat(Supplier<Duration> pass) {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                if (wakes.tryAcquire(guarded(pass).toMillis(), TimeUnit.MILLISECONDS)) {
                    wakes.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private static Duration guarded(Supplier<Duration> pass) {
        try {
            return pass.get();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.ERROR, "a pass over the local workloads failed; it is repeated", e);
            return AFTER_FAULT;
        }
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
