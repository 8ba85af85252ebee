package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.ClusterUnavailable;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives pods of ours the marks again that somebody took away, soon enough that nothing was missed of them: a replica that its
 * ReplicaSet has let go is taken back, and goes where another took its place.
 */
final class Strays implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Strays.class);
    private static final Duration BETWEEN = Duration.ofMillis(500);

    /** Who takes them away again and again is not raced with: each time it waits twice as long, up to this. */
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Watches watches;
    private final Writes writes;
    private final Calls calls;
    private final InstantSource clock;
    private final Map<String, Marked> marked = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("kubernetes-strays").factory());

    private record Marked(Instant at, Duration pause) {

        boolean isFresh(Instant now) {
            return at.plus(pause).isAfter(now);
        }

        static Marked again(@Nullable Marked before, Instant now) {
            var pause = before == null ? BETWEEN : before.pause().multipliedBy(2);
            return new Marked(now, pause.compareTo(LONGEST) > 0 ? LONGEST : pause);
        }
    }

    Strays(Watches watches, Writes writes, Calls calls, InstantSource clock) {
        this.watches = watches;
        this.writes = writes;
        this.calls = calls;
        this.clock = clock;
    }

    void start() {
        var _ = timer.scheduleWithFixedDelay(this::look, BETWEEN.toMillis(), BETWEEN.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            var now = clock.instant();
            marked.values()
                    .removeIf(last -> last.at().plus(LONGEST.multipliedBy(2)).isBefore(now));
            for (var pod : watches.kin().strays()) {
                var last = marked.get(pod.getMetadata().getUid());
                if (last == null || !last.isFresh(now)) {
                    look(pod, now);
                }
            }
        } catch (ClusterUnavailable | KubernetesClientException later) {
            LOG.debug("pods without marks are marked later", later);
        } catch (RuntimeException e) {
            LOG.warn("pods without marks are marked later", e);
        }
    }

    private void look(Pod pod, Instant now) {
        var kin = watches.kin();
        var id = kin.workload(pod).orElse(null);
        var live = calls.call("look for a pod of " + id, () -> writes.pod(pod));
        if (id == null || live.isEmpty()) {
            watches.gone(pod);
        } else if (!kin.isMarked(id, live.get())
                && calls.call("mark a pod of " + id, () -> writes.mark(id, live.get()))) {
            marked.compute(pod.getMetadata().getUid(), (uid, last) -> Marked.again(last, now));
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
