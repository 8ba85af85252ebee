package dev.tidewright.tracking;

import java.util.UUID;

/** A model that a run has written, and at which step. */
public record ModelOutput(UUID model, long step) {}
