package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tidewright.cluster.Readiness;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Timespan;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a replica of a revision shows that it can take requests; part of the revision.
 *
 * @param path answered with 2xx to GET; empty: an open port is enough
 * @param period time between two checks, 100ms to 5m
 * @param timeout how long one check may take, 100ms to 1m
 * @param failures this many failed checks in a row make a ready replica unready, 1 to 100
 */
public record Probe(String path, Timespan period, Timespan timeout, int failures) {

    public Probe {
        if (!path.isEmpty()
                && (!path.startsWith("/") || path.length() > 500 || path.chars().anyMatch(c -> c <= ' '))) {
            throw wrong("path", "the path must begin with \"/\" and have no spaces, at most 500 characters");
        }
        if (outside(period.value(), Duration.ofMillis(100), Duration.ofMinutes(5))) {
            throw wrong("period", "period is " + period + ": give 100ms to 5m");
        }
        if (outside(timeout.value(), Duration.ofMillis(100), Duration.ofMinutes(1))) {
            throw wrong("timeout", "timeout is " + timeout + ": give 100ms to 1m");
        }
        if (failures < 1 || failures > 100) {
            throw wrong("failures", "failures is " + failures + ": give 1 to 100");
        }
    }

    @JsonCreator
    public static Probe of(
            @JsonProperty("path") @Nullable String path,
            @JsonProperty("period") @Nullable Timespan period,
            @JsonProperty("timeout") @Nullable Timespan timeout,
            @JsonProperty("failures") @Nullable Integer failures) {
        return new Probe(
                path == null ? "" : path.strip(),
                period == null ? Timespan.of("500ms") : period,
                timeout == null ? Timespan.of("2s") : timeout,
                failures == null ? 3 : failures);
    }

    static Probe path(String path) {
        return of(path, null, null, null);
    }

    Readiness readiness() {
        return new Readiness(path, period.value(), timeout.value(), failures);
    }

    private static boolean outside(Duration value, Duration least, Duration most) {
        return value.compareTo(least) < 0 || value.compareTo(most) > 0;
    }

    private static Refusal wrong(String field, String message) {
        return new Refusal.Invalid("invalid-readiness", "readiness." + field, message);
    }
}
