package dev.tidewright.training;

/** Where a job is. */
enum JobStatus {
    /** Accepted; the namespace's quota has no room for it yet. */
    QUEUED("Waiting"),
    /** Holds its share of the quota; its attempt has not been seen running yet. */
    STARTING("Starting"),
    RUNNING("Running"),
    /** Somebody asked it to stop; its processes may still be there. */
    STOPPING("Stopping"),
    SUCCEEDED("Succeeded"),
    FAILED("Failed"),
    CANCELLED("Cancelled");

    private final String label;

    JobStatus(String label) {
        this.label = label;
    }

    public String label() {
        return label;
    }

    public boolean terminal() {
        return switch (this) {
            case QUEUED, STARTING, RUNNING, STOPPING -> false;
            case SUCCEEDED, FAILED, CANCELLED -> true;
        };
    }

    boolean mayBecome(JobStatus next) {
        return switch (this) {
            case QUEUED -> next == STARTING || next == CANCELLED;
            case STARTING -> next == RUNNING || next == STOPPING || next == SUCCEEDED || next == FAILED;
            // Back to STARTING: the next attempt.
            case RUNNING -> next == STARTING || next == STOPPING || next == SUCCEEDED || next == FAILED;
            // Who asked for an end gets it, however the processes took it.
            case STOPPING -> next == CANCELLED;
            case SUCCEEDED, FAILED, CANCELLED -> false;
        };
    }
}
