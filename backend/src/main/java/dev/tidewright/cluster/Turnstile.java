package dev.tidewright.cluster;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Lets so many calls into one of several clusters at once. Calls of one that hangs take until their own time-outs; without
 * this they would take all places of the loop, and nothing would go on in the others.
 */
final class Turnstile {

    /** Half of the loop's places. */
    static final int PLACES = 8;

    /** Far longer than a healthy cluster takes for a call, and far shorter than a hanging one. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final Semaphore places = new Semaphore(PLACES);

    <T> T pass(Supplier<T> call) {
        if (!entered()) {
            throw new ClusterUnavailable(
                    PLACES + " calls are under way, and none of them was answered for " + PATIENCE.toMillis() + " ms",
                    new IllegalStateException());
        }
        try {
            return call.get();
        } finally {
            places.release();
        }
    }

    private boolean entered() {
        try {
            return places.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
