package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.cluster.ClusterUnavailable;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How many calls go out, by what the API server makes of them. */
class CallsTest {

    private Instant now = Instant.parse("2026-11-22T10:00:00Z");
    private final Calls calls = new Calls(() -> now);

    private static RuntimeException answer(int code, @Nullable Integer retryAfter) {
        var status = new StatusBuilder()
                .withCode(code)
                .withMessage("no")
                .withNewDetails()
                .withRetryAfterSeconds(retryAfter)
                .endDetails()
                .build();
        return new KubernetesClientException(status);
    }

    private void refused(int code, @Nullable Integer retryAfter) {
        assertThatThrownBy(() -> calls.call("try", () -> {
                    throw answer(code, retryAfter);
                }))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void tooManyRequestsHalvesWhatGoesOutAndIsLeftInPeaceForAsLongAsItAsks() {
        var before = calls.limit();
        refused(429, 7);
        assertThat(calls.limit()).isEqualTo(before / 2);
        var sent = new AtomicInteger();
        assertThatThrownBy(() -> calls.call("try", sent::incrementAndGet))
                .isInstanceOf(ClusterUnavailable.class)
                .hasMessageContaining("asked to be left alone until 2026-11-22T10:00:07Z");
        assertThat(sent).hasValue(0);
        now = now.plusSeconds(7);
        assertThat(calls.call("try", sent::incrementAndGet)).isEqualTo(1);
    }

    @Test
    void oneIsTheLeastAndItGrowsAgainUnderLoad() throws Exception {
        for (var i = 0; i < 20; i++) {
            refused(429, null);
            now = now.plusSeconds(1);
        }
        assertThat(calls.limit()).isEqualTo(1);
        for (var i = 0; i < 50; i++) {
            calls.call("try", () -> true);
        }
        assertThat(calls.limit()).isGreaterThan(1);
    }

    @Test
    void aRefusalIsNoOverload() {
        var before = calls.limit();
        refused(403, null);
        refused(409, null);
        refused(500, null);
        assertThat(calls.limit()).isEqualTo(before);
        assertThat(calls.call("try", () -> "at once")).isEqualTo("at once");
    }

    @Test
    void noAnswerIsNoRefusal() {
        for (var cause : List.of(new IOException("timeout"), new ConnectException("refused"))) {
            assertThatThrownBy(() -> calls.call("run a job", () -> {
                        throw KubernetesClientException.launderThrowable(cause);
                    }))
                    .isInstanceOf(ClusterUnavailable.class)
                    .hasMessageContaining("the cluster could not run a job");
        }
    }

    @Test
    void noMoreGoOutAtOnceThanTheLimit() throws Exception {
        var most = calls.limit();
        var under = new AtomicInteger();
        var highest = new AtomicInteger();
        var gate = new CountDownLatch(1);
        try (var workers = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = new ArrayList<Future<Boolean>>();
            for (var i = 0; i < most * 3; i++) {
                all.add(workers.submit(() -> calls.call("try", () -> {
                    highest.accumulateAndGet(under.incrementAndGet(), Math::max);
                    try {
                        gate.await();
                    } catch (InterruptedException stopped) {
                        Thread.currentThread().interrupt();
                    }
                    return under.decrementAndGet() >= 0;
                })));
            }
            while (under.get() < most) {
                Thread.onSpinWait();
            }
            assertThat(highest).hasValue(most);
            gate.countDown();
            for (var one : all) {
                assertThat(one.get()).isTrue();
            }
        }
        assertThat(highest.get()).isBetween(most, most * 3 - 1);
    }
}
