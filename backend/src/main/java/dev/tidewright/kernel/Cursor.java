package dev.tidewright.kernel;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The opaque form of a list position. Ids are UUIDv7, so "before this id" is "older than this". */
public final class Cursor {

    private Cursor() {}

    static String write(Object key) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(key.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** The id a page ends at; empty for the first page. */
    public static Optional<UUID> id(@Nullable String cursor) {
        return text(cursor).map(text -> {
            try {
                return UUID.fromString(text);
            } catch (IllegalArgumentException malformed) {
                throw wrong();
            }
        });
    }

    /** The sequence number a page ends at; empty for the first page. */
    public static Optional<Long> number(@Nullable String cursor) {
        return text(cursor).map(text -> {
            try {
                return Long.valueOf(text);
            } catch (NumberFormatException malformed) {
                throw wrong();
            }
        });
    }

    /** The text key a page ends at; empty for the first page. */
    public static Optional<String> text(@Nullable String cursor) {
        if (cursor == null || cursor.isBlank()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException malformed) {
            throw wrong();
        }
    }

    private static Refusal wrong() {
        return new Refusal.Malformed(
                "invalid-cursor", "cursor", "this cursor is not one that a list gave out: begin again without it");
    }
}
