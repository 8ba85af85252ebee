package dev.tidewright.query;

/** One thing that a list is sorted by. Rows without a value come last, whichever the direction. */
public record Order(Field field, boolean descending) {}
