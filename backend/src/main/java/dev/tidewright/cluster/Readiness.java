package dev.tidewright.cluster;

import java.time.Duration;

/**
 * How a replica shows that it can take requests.
 *
 * @param path answered with 2xx to GET on {@code $PORT} means ready; empty means that an open port is enough
 * @param period time between two checks
 * @param timeout how long one check may take
 * @param failures this many failed checks in a row make a ready replica unready
 */
public record Readiness(String path, Duration period, Duration timeout, int failures) {

    public static final Readiness OPEN_PORT = new Readiness("", Duration.ofMillis(500), Duration.ofSeconds(2), 3);

    public static Readiness path(String path) {
        return new Readiness(path, Duration.ofMillis(500), Duration.ofSeconds(2), 3);
    }
}
