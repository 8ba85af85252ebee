package dev.tidewright.kernel;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The optimistic lock of the API. */
public final class IfMatch {

    private IfMatch() {}

    /**
     * Refuses unless {@code header} is the ETag of {@code current}, or one of a list of them; {@code *} stands for any
     * version.
     */
    public static void require(@Nullable String header, String kind, Object name, long current) {
        if (header == null || header.isBlank()) {
            throw new Refusal.PreconditionMissing();
        }
        var asked = header.strip();
        var tag = "\"" + current + "\"";
        if (!asked.equals("*")
                && Arrays.stream(asked.split(",")).map(String::strip).noneMatch(tag::equals)) {
            throw new Refusal.Stale(kind, name, current);
        }
    }
}
