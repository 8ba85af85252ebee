package dev.tidewright.cluster;

/**
 * A piece of a log.
 *
 * @param text whole lines where possible
 * @param start the absolute byte offset of the first byte; more than was asked for when older bytes are gone
 * @param next the offset to read from next
 * @param ended nothing will follow after {@code next}
 */
public record LogSlice(String text, long start, long next, boolean ended) {}
