package dev.tidewright.serving;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Nothing is known of an endpoint just now.
 *
 * @param reason one sentence; null when it was not kept
 */
@Embeddable
record Unknown(
        @Column(name = "unknown_since") Instant since,

        @Column(name = "unknown_reason") @Nullable String reason) {}
