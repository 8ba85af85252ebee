package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A token as shown to its owner: never the secret. */
record TokenView(
        UUID id,
        String name,
        String hint,
        Scope scope,
        @Nullable Name namespace,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt) {

    static TokenView of(ApiToken token) {
        return new TokenView(
                token.id(),
                token.name(),
                token.hint(),
                token.scope(),
                token.namespace(),
                token.createdAt(),
                token.expiresAt(),
                token.revokedAt(),
                token.lastUsedAt());
    }
}
