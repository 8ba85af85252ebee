package dev.tidewright.serving;

/** What an endpoint's replicas are being moved to. */
enum RolloutState {
    /** The wanted revision is started where nothing serves yet. */
    STARTING,
    /** The wanted revision replaces another. */
    ROLLING,
    /** Back to the last proven revision: the new one was never ready, or somebody aborted it. */
    RETURNING,
    /** Nothing moves. */
    SETTLED,
    /** The wanted revision is not ready and there is none to return to; its replicas are kept for looking at. */
    FAILED;

    boolean underWay() {
        return switch (this) {
            case STARTING, ROLLING, RETURNING -> true;
            case SETTLED, FAILED -> false;
        };
    }
}
