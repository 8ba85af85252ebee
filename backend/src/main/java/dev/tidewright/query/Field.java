package dev.tidewright.query;

/** What somebody filters or sorts by, e.g. the metric {@code val/loss}. */
public record Field(Kind kind, String key) {

    /** Where the key is looked up. */
    public enum Kind {
        ATTRIBUTE,
        METRIC,
        PARAM,
        TAG,
        DATASET
    }

    @Override
    public String toString() {
        return kind.name().toLowerCase(java.util.Locale.ROOT) + " \"" + key + "\"";
    }
}
