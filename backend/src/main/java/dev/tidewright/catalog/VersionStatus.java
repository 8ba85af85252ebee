package dev.tidewright.catalog;

/** Where a version is. */
public enum VersionStatus {
    READY("Ready"),
    DELETED("Deleted");

    private final String label;

    VersionStatus(String label) {
        this.label = label;
    }

    /** What people read. */
    public String label() {
        return label;
    }

    boolean mayBecome(VersionStatus next) {
        return switch (this) {
            case READY -> next == DELETED;
            case DELETED -> false;
        };
    }
}
