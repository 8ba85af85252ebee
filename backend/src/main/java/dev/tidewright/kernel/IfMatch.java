package dev.tidewright.kernel;

import org.jspecify.annotations.Nullable;

/** The optimistic lock of the API. */
public final class IfMatch {

    private IfMatch() {}

    /** Refuses unless {@code header} is the ETag of {@code current}; {@code *} stands for any version. */
    public static void require(@Nullable String header, String kind, Object name, long current) {
        if (header == null || header.isBlank()) {
            throw new Refusal.PreconditionMissing();
        }
        var asked = header.strip();
        if (!asked.equals("*") && !asked.equals("\"" + current + "\"")) {
            throw new Refusal.Stale(kind, name, current);
        }
    }
}
