package dev.tidewright.serving;

/** What became of a revision; part of the API. */
enum RevisionOutcome {
    /** It is wanted, and has not yet had all its replicas ready. */
    PENDING("not ready yet"),
    /** All its replicas were ready at once, and no others were left. */
    SERVED("served"),
    /** Somebody went back before it came so far. */
    ABORTED("aborted"),
    /** It made no progress, so the endpoint went back by itself. */
    RETURNED("not ready in time, returned"),
    /** The same, with nothing to go back to. */
    FAILED("not ready in time"),
    /** Another one took its place before it came so far. */
    SUPERSEDED("replaced too early");

    private final String words;

    RevisionOutcome(String words) {
        this.words = words;
    }

    String words() {
        return words;
    }
}
