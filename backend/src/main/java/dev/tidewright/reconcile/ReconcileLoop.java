package dev.tidewright.reconcile;

import dev.tidewright.kernel.FailPoints;
import dev.tidewright.kernel.ServerName;
import dev.tidewright.reconcile.WorkQueue.Claim;
import dev.tidewright.reconcile.WorkQueue.WorkArrived;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/**
 * Claims due items and works each on a virtual thread. A commit wakes it; a tick guarantees it. The shape follows
 * db-scheduler's executor, with hints during a pass added (ADR-0003).
 */
@Component
class ReconcileLoop implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(ReconcileLoop.class);

    private final WorkQueue queue;
    private final Map<String, Reconciler> reconcilers;
    private final ReconcileSettings settings;
    private final ServerName server;
    private final ReconcileMetrics metrics;
    private final Semaphore wake = new Semaphore(0);
    private final Semaphore places;
    private volatile boolean running;

    /** There was no place for more: what else is due waits for one. */
    private volatile boolean mayWait;

    private ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

    ReconcileLoop(
            WorkQueue queue,
            List<Reconciler> reconcilers,
            ReconcileSettings settings,
            ServerName server,
            ReconcileMetrics metrics) {
        this.queue = queue;
        this.reconcilers = reconcilers.stream().collect(Collectors.toMap(Reconciler::kind, Function.identity()));
        this.settings = settings;
        this.server = server;
        this.metrics = metrics;
        this.places = new Semaphore(settings.concurrency());
    }

    @TransactionalEventListener(phase = TransactionPhase.AFTER_COMMIT, fallbackExecution = true)
    void on(WorkArrived arrived) {
        wake.release();
    }

    @Override
    public void start() {
        running = true;
        workers = Executors.newVirtualThreadPerTaskExecutor();
        workers.execute(this::loop);
        workers.execute(this::keepLeases);
    }

    /** Works everything that is due and returns when it is done; the test profile turns the loop by this. */
    int tick() {
        var claims = queue.claim(server.value(), settings.concurrency());
        claims.forEach(this::work);
        return claims.size();
    }

    private void loop() {
        queueSafely(() -> queue.reclaim(server.value()));
        while (running) {
            queueSafely(this::dispatch);
            try {
                if (wake.tryAcquire(settings.tick().toMillis(), TimeUnit.MILLISECONDS)) {
                    wake.drainPermits();
                }
            } catch (InterruptedException stopped) {
                return;
            }
        }
    }

    private void dispatch() {
        mayWait = true; // also whoever leaves while this asks, wakes
        var free = places.availablePermits();
        var claims = free == 0 ? List.<Claim>of() : queue.claim(server.value(), free);
        mayWait = claims.size() == free;
        for (var claim : claims) {
            places.acquireUninterruptibly();
            workers.execute(() -> {
                try {
                    work(claim);
                } finally {
                    places.release();
                    if (mayWait) {
                        wake.release();
                    }
                }
            });
        }
    }

    private void work(Claim claim) {
        FailPoints.reach("work.claimed");
        try {
            var reconciler = reconcilers.get(claim.kind());
            var next = reconciler == null
                    ? Next.done()
                    : metrics.timed(claim.kind(), () -> reconciler.reconcile(claim.id()));
            if (queue.settle(claim, server.value(), next)) {
                wake.release();
            }
        } catch (RuntimeException fault) {
            LOG.warn("pass over {} {} failed, will be repeated", claim.kind(), claim.id(), fault);
            queueSafely(() -> queue.failed(claim, server.value(), fault));
        }
    }

    private void keepLeases() {
        while (running) {
            try {
                TimeUnit.SECONDS.sleep(5);
            } catch (InterruptedException stopped) {
                return;
            }
            queueSafely(() -> queue.renew(server.value()));
        }
    }

    /** The database may be away; the loop outlives it. */
    private void queueSafely(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException fault) {
            LOG.warn("the work queue cannot be reached: {}", fault.toString());
        }
    }

    @Override
    public void stop() {
        running = false;
        wake.release();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(settings.stopGrace().toMillis(), TimeUnit.MILLISECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException hurried) {
            workers.shutdownNow();
        }
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    @Override
    public boolean isAutoStartup() {
        return settings.enabled();
    }
}
