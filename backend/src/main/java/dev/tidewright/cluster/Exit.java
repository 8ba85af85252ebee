package dev.tidewright.cluster;

import java.time.Instant;

/**
 * How a batch ended.
 *
 * @param code exit code; 128 + signal number where a signal ended it; -1 where nobody saw the end
 * @param reason {@code COMPLETED}, {@code EXIT_CODE}, {@code OUT_OF_MEMORY}, {@code DEADLINE_EXCEEDED}, {@code
 *     COMMAND_NOT_FOUND}, {@code STOPPED}
 *     or {@code LOST}
 * @param terminationLog what the program left in {@code $TIDEWRIGHT_TERMINATION_LOG}, at most 4 KiB
 * @param peakMemoryBytes highest memory seen of all its processes together; 0 when unknown
 */
public record Exit(int code, String reason, String terminationLog, long peakMemoryBytes, Instant at) {}
