package dev.tidewright.kernel;

/** Which of the processes on one database this is; the same after a restart, so that it finds what it held. */
public record ServerName(String value) {}
