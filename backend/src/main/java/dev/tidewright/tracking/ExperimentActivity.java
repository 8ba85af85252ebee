package dev.tidewright.tracking;

import java.time.Instant;

/** How many runs an experiment has, and when the last one began. */
public record ExperimentActivity(long runs, Instant last) {}
