package dev.tidewright.tracking;

/** Where a run is. */
public enum RunStatus {
    /** Announced by its client, which has not begun. */
    SCHEDULED("Scheduled"),
    RUNNING("Recording"),
    FINISHED("Finished"),
    FAILED("Failed"),
    KILLED("Stopped");

    private final String label;

    RunStatus(String label) {
        this.label = label;
    }

    /** What people read. */
    public String label() {
        return label;
    }

    public boolean isTerminal() {
        return switch (this) {
            case SCHEDULED, RUNNING -> false;
            case FINISHED, FAILED, KILLED -> true;
        };
    }
}
