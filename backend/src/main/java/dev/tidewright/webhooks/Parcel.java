package dev.tidewright.webhooks;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to whom.
 *
 * @param id of the delivery: the same at each attempt, so that the receiver knows what it has already
 * @param secret sealed; null: not signed
 */
record Parcel(UUID id, UUID webhook, String url, byte @Nullable [] secret, String body) {}
