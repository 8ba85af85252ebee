package dev.tidewright.reconcile;

import java.time.Duration;

/** What a pass asks for. */
public sealed interface Next {

    /** Nothing more to do until the next hint. */
    record Done() implements Next {}

    /** Another pass after {@code in}, or sooner when hinted. */
    record Again(Duration in) implements Next {}

    static Next done() {
        return new Done();
    }

    static Next again(Duration in) {
        return new Again(in);
    }
}
