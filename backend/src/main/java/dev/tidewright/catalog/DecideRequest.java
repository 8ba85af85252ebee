package dev.tidewright.catalog;

import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Approves or declines a request.
 *
 * @param reason why; needed to decline
 */
public record DecideRequest(@Nullable @Size(max = 1000) String reason) {

    String reasonOrEmpty() {
        return reason == null ? "" : reason.strip();
    }
}
