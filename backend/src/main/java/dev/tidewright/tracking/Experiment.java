package dev.tidewright.tracking;

import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What runs of one question are gathered in.
 *
 * @param number counts within the namespace; {@link #DEFAULT} is there from the beginning
 * @param deletedAt null while it is there; a deleted one can be restored, with the runs that went with it
 */
public record Experiment(
        Name namespace,
        long number,
        String name,
        Map<String, String> tags,
        Instant createdAt,
        Instant updatedAt,
        @Nullable Instant deletedAt) {

    /** For whoever names none. */
    public static final long DEFAULT = 0;
}
