package dev.tidewright.reconcile;

import dev.tidewright.kernel.FailPoints;
import dev.tidewright.kernel.ServerName;
import dev.tidewright.reconcile.WorkQueue.Claim;
import dev.tidewright.reconcile.WorkQueue.WorkArrived;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
    private final Set<String> outside;
    private final Lane ours;
    private final Lane theirs;
    private volatile boolean running;

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
        this.outside = reconcilers.stream()
                .filter(Reconciler::asksOutside)
                .map(Reconciler::kind)
                .collect(Collectors.toUnmodifiableSet());
        this.ours = new Lane(settings.concurrency());
        this.theirs = new Lane(settings.outside());
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
        var free = ours.free();
        var freeOutside = theirs.free();
        var claims =
                free + freeOutside == 0 ? List.<Claim>of() : queue.claim(server.value(), free, outside, freeOutside);
        var asking = (int)
                claims.stream().filter(claim -> outside.contains(claim.kind())).count();
        ours.mayWait = claims.size() - asking == free;
        theirs.mayWait = asking == freeOutside;
        for (var claim : claims) {
            var lane = outside.contains(claim.kind()) ? theirs : ours;
            lane.places.acquireUninterruptibly();
            workers.execute(() -> {
                try {
                    work(claim);
                } finally {
                    lane.places.release();
                    if (lane.mayWait) {
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

    /** Places for passes: those that wait for somebody outside take none from the others. */
    private static final class Lane {

        private final Semaphore places;

        /** There was no place for more: what else is due waits for one. */
        private volatile boolean mayWait;

        Lane(int places) {
            this.places = new Semaphore(places);
        }

        int free() {
            mayWait = true; // also whoever leaves while the queue is asked, wakes
            return places.availablePermits();
        }
    }
}
