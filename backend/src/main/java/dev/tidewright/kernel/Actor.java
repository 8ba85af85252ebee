package dev.tidewright.kernel;

/**
 * Who does something; kept with every history row.
 *
 * @param kind what sort of caller it is
 * @param name user name, or what the platform's own part calls itself
 * @param via how the caller came in: empty, or e.g. {@code token ci} or {@code job train-3}
 */
public record Actor(Kind kind, String name, String via) {

    /** The sorts of caller. */
    public enum Kind {
        USER,
        WORKLOAD,
        SYSTEM
    }

    /** The platform acting by itself: the reconciler, an autoscaling policy, a progress deadline. */
    public static Actor system(String part) {
        return new Actor(Kind.SYSTEM, part, "");
    }

    public static Actor user(String name) {
        return new Actor(Kind.USER, name, "");
    }

    /** How it is written in lists: {@code ana}, {@code ana (token ci)}. */
    public String label() {
        return via.isEmpty() ? name : name + " (" + via + ")";
    }
}
