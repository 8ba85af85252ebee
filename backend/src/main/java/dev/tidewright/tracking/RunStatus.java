package dev.tidewright.tracking;

/** Where a run is. */
public enum RunStatus {
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
            case RUNNING -> false;
            case FINISHED, FAILED, KILLED -> true;
        };
    }

    /** An ended run can be taken up again: another attempt of the same job records into it. */
    boolean mayBecome(RunStatus next) {
        return switch (this) {
            case RUNNING -> next.isTerminal();
            case FINISHED, FAILED, KILLED -> next == RUNNING;
        };
    }
}
