package dev.tidewright.kernel;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Named places at which the crash tests kill this process, so that what a restart finds there is known and not a matter
 * of luck. {@code TIDEWRIGHT_FAIL_POINT=job.submit.after-commit} halts at the first passage, {@code …:3} at the third.
 * Nothing happens, and nothing is looked up, unless the variable is set at the start of the process.
 */
public final class FailPoints {

    private static final String ARMED = System.getenv().getOrDefault("TIDEWRIGHT_FAIL_POINT", "");
    private static final String NAME = ARMED.contains(":") ? ARMED.substring(0, ARMED.indexOf(':')) : ARMED;
    private static final AtomicInteger LEFT =
            new AtomicInteger(ARMED.contains(":") ? Integer.parseInt(ARMED.substring(ARMED.indexOf(':') + 1)) : 1);

    private FailPoints() {}

    /** Ends the process at once, without any clean-up, when this point is armed; as {@code kill -9} would. */
    public static void reach(String name) {
        if (!NAME.isEmpty() && NAME.equals(name) && LEFT.decrementAndGet() == 0) {
            Runtime.getRuntime().halt(137);
        }
    }
}
