package dev.tidewright.cluster;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Tells listeners, in order and beside everything else: a slow one delays hints, and nothing else. Changes of a workload that
 * come before it was told of are one hint.
 */
public final class ChangeHints implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(ChangeHints.class.getName());

    private final Predicate<WorkloadId> isNews;
    private final List<Consumer<WorkloadId>> listeners = new CopyOnWriteArrayList<>();
    private final Set<WorkloadId> waiting = ConcurrentHashMap.newKeySet();
    private final ExecutorService teller = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("cluster-hints").factory());

    /** @param isNews whether listeners want to know of what has changed; asked where they are told */
    public ChangeHints(Predicate<WorkloadId> isNews) {
        this.isNews = isNews;
    }

    public void add(Consumer<WorkloadId> listener) {
        listeners.add(listener);
    }

    public void tell(Collection<WorkloadId> changed) {
        for (var id : changed) {
            if (!waiting.add(id)) {
                continue;
            }
            try {
                teller.execute(() -> {
                    waiting.remove(id);
                    if (isNews.test(id)) {
                        listeners.forEach(listener -> tell(listener, id));
                    }
                });
            } catch (RejectedExecutionException closed) {
                return; // nobody listens any more
            }
        }
    }

    private static void tell(Consumer<WorkloadId> listener, WorkloadId id) {
        try {
            listener.accept(id);
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "a hint about " + id + " was not taken", e);
        }
    }

    @Override
    public void close() {
        teller.shutdownNow();
    }
}
