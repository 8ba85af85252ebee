package dev.tidewright.reconcile;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** What the loop tells Prometheus: {@code tidewright_reconcile_seconds} and {@code tidewright_work_due}. */
@Component
class ReconcileMetrics {

    private final MeterRegistry registry;

    ReconcileMetrics(MeterRegistry registry, WorkQueue queue) {
        this.registry = registry;
        registry.gauge("tidewright.work.due", queue, ReconcileMetrics::due);
    }

    /** Times a pass, by kind and by whether it threw. */
    Next timed(String kind, Supplier<Next> pass) {
        var sample = Timer.start(registry);
        var result = "error";
        try {
            var next = pass.get();
            result = "ok";
            return next;
        } finally {
            sample.stop(registry.timer("tidewright.reconcile", "kind", kind, "result", result));
        }
    }

    /** NaN, the meters' "unknown", while the database is away. */
    private static double due(WorkQueue queue) {
        try {
            return queue.due();
        } catch (RuntimeException away) {
            return Double.NaN;
        }
    }
}
