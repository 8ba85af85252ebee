package dev.tidewright.tracking;

/** Which runs or experiments a list has. */
public enum Lifecycle {
    ACTIVE_ONLY,
    DELETED_ONLY,
    ALL;

    String sql(String column) {
        return switch (this) {
            case ACTIVE_ONLY -> column + " IS NULL";
            case DELETED_ONLY -> column + " IS NOT NULL";
            case ALL -> "true";
        };
    }
}
