package dev.tidewright.cluster;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A cluster that does not answer.
 *
 * @param since null when it never did since this process started
 * @param message one sentence
 */
public record Silence(@Nullable Instant since, String message) {}
