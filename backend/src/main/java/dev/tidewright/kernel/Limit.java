package dev.tidewright.kernel;

import org.jspecify.annotations.Nullable;

/** How many rows a list answers: 1 to 500, 50 unless told. */
public final class Limit {

    public static final int DEFAULT = 50;
    public static final int MAX = 500;

    private Limit() {}

    public static int of(@Nullable Integer asked) {
        if (asked == null) {
            return DEFAULT;
        }
        if (asked < 1 || asked > MAX) {
            throw new Refusal.Malformed("invalid-limit", "limit", "limit is " + asked + ": give 1 to " + MAX);
        }
        return asked;
    }
}
