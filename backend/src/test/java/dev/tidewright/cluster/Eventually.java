package dev.tidewright.cluster;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for something that happens in another process, with an end. That a cluster does not answer once is no end. */
public final class Eventually {

    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final Duration BETWEEN = Duration.ofMillis(20);

    private Eventually() {}

    /** The first value that fits; fails with the last one that did not. */
    public static <T> T eventually(String what, Supplier<T> look, Predicate<? super T> fits) {
        return within(LONGEST, what, look, fits);
    }

    /** The same for what takes others longer. */
    public static <T> T within(Duration longest, String what, Supplier<T> look, Predicate<? super T> fits) {
        var end = System.nanoTime() + longest.toNanos();
        while (true) {
            Object seen;
            try {
                var value = look.get();
                if (fits.test(value)) {
                    return value;
                }
                seen = value;
            } catch (ClusterUnavailable away) {
                seen = away;
            }
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + longest.toSeconds() + " s: " + what + "; last seen: " + seen);
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
    }

    public static void eventually(String what, Supplier<Boolean> holds) {
        eventually(what, holds, Boolean::booleanValue);
    }

    /** Holds now and for a while: for things that must not happen. */
    public static void stays(String what, Duration time, Supplier<Boolean> holds) {
        var end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() < end) {
            if (!holds.get()) {
                throw new AssertionError("did not stay so: " + what);
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
    }
}
