package dev.tidewright;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** Stands still until a test turns it. */
public final class HandClock implements InstantSource {

    private volatile Instant now = InstantSource.system().instant().truncatedTo(ChronoUnit.MILLIS);

    public void turn(Duration by) {
        now = now.plus(by);
    }

    @Override
    public Instant instant() {
        return now;
    }
}
