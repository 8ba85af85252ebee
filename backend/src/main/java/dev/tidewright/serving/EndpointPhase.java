package dev.tidewright.serving;

/** Where an endpoint is. */
public enum EndpointPhase {
    STARTING("Starting"),
    SERVING("Serving"),
    ROLLING_OUT("Rolling out"),
    DEGRADED("Degraded"),
    FAILED("Failed"),
    STOPPED("Stopped"),
    DELETING("Being deleted"),
    DELETED("Deleted");

    private final String label;

    EndpointPhase(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    boolean mayBecome(EndpointPhase next) {
        return switch (this) {
            case STARTING, SERVING, ROLLING_OUT, DEGRADED, FAILED, STOPPED -> next != DELETED;
            case DELETING -> next == DELETED || next == DELETING;
            case DELETED -> false;
        };
    }
}
