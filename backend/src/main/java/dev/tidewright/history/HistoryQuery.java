package dev.tidewright.history;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What to look for; null means "any". */
public record HistoryQuery(
        @Nullable String namespace,
        @Nullable String kind,
        @Nullable String name,
        @Nullable String actor,
        @Nullable UUID objectId,
        @Nullable Long before,
        int limit) {

    /** Everything that ever happened to one object. */
    public static HistoryQuery of(UUID objectId, int limit) {
        return new HistoryQuery(null, null, null, null, objectId, null, limit);
    }
}
