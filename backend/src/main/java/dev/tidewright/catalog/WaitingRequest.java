package dev.tidewright.catalog;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asked for with a protected alias, and waits to be approved.
 *
 * @param to the version that it is to point at; null: it is to be taken away
 * @param reason empty when none was given
 */
public record WaitingRequest(
        UUID id, ModelName model, String alias, @Nullable Integer to, String askedBy, String reason) {}
