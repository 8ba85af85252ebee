package dev.tidewright.cluster.kubernetes;

import com.netflix.concurrency.limits.limit.AIMDLimit;
import com.netflix.concurrency.limits.limiter.BlockingLimiter;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import dev.tidewright.cluster.ClusterUnavailable;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Calls of one API server. What only shows that it is away or busy is told from what it refuses. As many go out at once as
 * it bears: one more whenever it answers quickly, half as many when it is slow or says "too many requests", and none before
 * the time that it then names. There is no fixed number of calls per second, since what a cluster bears differs.
 */
final class Calls {

    /** Below it there was no answer: the client says -1 for a connection that broke, and for a time-out. */
    private static final int ANSWERED = 100;

    static final int NOT_FOUND = 404;
    static final int FORBIDDEN = 403;
    static final int CONFLICT = 409;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;

    private static final int LEAST = 1;
    private static final int FIRST = 16;
    private static final int MOST = 64;
    private static final double LESS = 0.5;

    /** A call is up to nine requests of some 5 ms each; longer than this, the API server has more than it can do. */
    private static final Duration SLOW = Duration.ofSeconds(2);

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final InstantSource clock;
    private final AIMDLimit limit = AIMDLimit.newBuilder()
            .initialLimit(FIRST)
            .minLimit(LEAST)
            .maxLimit(MOST)
            .backoffRatio(LESS)
            .timeout(SLOW.toNanos(), TimeUnit.NANOSECONDS)
            .build();
    private final BlockingLimiter<Void> limiter =
            BlockingLimiter.wrap(SimpleLimiter.newBuilder().limit(limit).build(), PATIENCE);
    private volatile Instant notBefore = Instant.MIN;

    Calls(InstantSource clock) {
        this.clock = clock;
    }

    /** @throws ClusterUnavailable where it does not answer, or cannot take it now */
    <T> T call(String what, Supplier<T> call) {
        if (clock.instant().isBefore(notBefore)) {
            throw busy(what, "asked to be left alone until " + notBefore);
        }
        var place = limiter.acquire(null)
                .orElseThrow(() -> busy(what, "is slow: " + limit.getLimit() + " calls wait for it already"));
        try {
            var answer = call.get();
            place.onSuccess();
            return answer;
        } catch (KubernetesClientException failure) {
            if (isOverload(failure)) {
                place.onDropped();
                notBefore = clock.instant().plus(wait(failure));
            } else {
                place.onSuccess();
            }
            throw translated(what, failure);
        } catch (RuntimeException ours) {
            place.onIgnore();
            throw ours;
        }
    }

    /** How many may go out at once now. */
    int limit() {
        return limit.getLimit();
    }

    private static ClusterUnavailable busy(String what, String why) {
        return new ClusterUnavailable(
                "the cluster could not " + what + " yet: its API server " + why, new IllegalStateException());
    }

    private static boolean isOverload(KubernetesClientException failure) {
        return failure.getCode() == TOO_MANY;
    }

    /** What the API server asks for, else a second. */
    private static Duration wait(KubernetesClientException failure) {
        var status = failure.getStatus();
        var details = status == null ? null : status.getDetails();
        var seconds = details == null ? null : details.getRetryAfterSeconds();
        return Duration.ofSeconds(seconds == null ? 1 : Math.clamp(seconds, 1, 60));
    }

    /** The API server's own sentence. */
    static String said(KubernetesClientException refusal) {
        var status = refusal.getStatus();
        var message = status == null ? null : status.getMessage();
        return message == null ? String.valueOf(refusal.getMessage()) : message;
    }

    static RuntimeException translated(String what, KubernetesClientException failure) {
        var code = failure.getCode();
        // A namespace that is not there yet, or not gone yet, is no refusal either.
        var early = code == NOT_FOUND || (code == FORBIDDEN && said(failure).contains("being terminated"));
        return code < ANSWERED || code == TOO_MANY || code >= SERVER_ERROR || early
                ? new ClusterUnavailable("the cluster could not " + what + ": " + said(failure), failure)
                : failure;
    }
}
