package dev.tidewright.history;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One row of history.
 *
 * @param seq names the row; newest is highest
 * @param position where a reader of the event stream resumes after this row
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record HistoryEntry(
        long seq,
        String position,
        Instant at,
        @Nullable String namespace,
        String kind,
        UUID objectId,
        String name,
        String verb,
        @Nullable String from,
        @Nullable String to,
        String reason,
        String actorKind,
        String actor,
        String via,
        Map<String, String> facts) {}
