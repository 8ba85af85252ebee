package dev.tidewright.gateway;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** One address that requests are sent to, with what is under way there. Outlives its place in the table until idle. */
final class Replica {

    private static final long AVOIDED = TimeUnit.SECONDS.toNanos(1);

    private final Address address;
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile long avoidedSince = System.nanoTime() - AVOIDED;

    Replica(Address address) {
        this.address = address;
    }

    /** Where a replica listens. */
    record Address(String host, int port) {
        @Override
        public String toString() {
            return host + ":" + port;
        }
    }

    Address address() {
        return address;
    }

    int inFlight() {
        return inFlight.get();
    }

    void begin() {
        inFlight.incrementAndGet();
    }

    void end() {
        inFlight.decrementAndGet();
    }

    /** A replica that fails at once is always the least loaded: without this it would draw all requests. */
    void avoid() {
        avoidedSince = System.nanoTime();
    }

    boolean avoided(long now) {
        return now - avoidedSince < AVOIDED;
    }
}
