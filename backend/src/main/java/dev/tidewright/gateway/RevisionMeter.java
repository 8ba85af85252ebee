package dev.tidewright.gateway;

import dev.tidewright.serving.Traffic.RevisionCounters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

/** What one revision of an endpoint was asked; {@link EndpointMeter} guards the counts. */
final class RevisionMeter {

    /** Index 0: the caller went away; the others by first digit of the status. */
    private static final String[] CLASSES = {"abandoned", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private static final Duration[] BUCKETS = LongStream.of(
                    1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000)
            .mapToObj(Duration::ofMillis)
            .toArray(Duration[]::new);

    private final MeterRegistry registry;
    private final int revision;
    private final LatencyWindow window;
    private final Counter[] byClass;
    private final Timer duration;
    private long requests;
    private long failures;

    RevisionMeter(MeterRegistry registry, String key, int revision, long now) {
        this.registry = registry;
        this.revision = revision;
        this.window = new LatencyWindow(now);
        var slash = key.indexOf('/');
        var tags = Tags.of(
                "namespace", key.substring(0, slash),
                "endpoint", key.substring(slash + 1),
                "revision", revision == EndpointMeter.NO_REVISION ? "none" : String.valueOf(revision));
        this.byClass = Arrays.stream(CLASSES)
                .map(name -> Counter.builder("tidewright.gateway.requests")
                        .description("Requests answered or failed")
                        .tags(tags.and("code_class", name))
                        .register(registry))
                .toArray(Counter[]::new);
        this.duration = Timer.builder("tidewright.gateway.request.duration")
                .description("From the request's head to the end of the answer")
                .tags(tags)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    int revision() {
        return revision;
    }

    void count(long nanos, long now, boolean failed) {
        requests++;
        failures += failed ? 1 : 0;
        window.record(nanos, now);
    }

    /** {@code status} 0: the caller went away. */
    void publish(int status, long nanos) {
        byClass[Math.clamp(status / 100, 0, CLASSES.length - 1)].increment();
        duration.record(nanos, TimeUnit.NANOSECONDS);
    }

    void remove() {
        Arrays.stream(byClass).forEach(registry::remove);
        registry.remove(duration);
    }

    RevisionCounters counters(long now) {
        var micros = window.merged(now);
        return new RevisionCounters(
                revision, requests, failures, seconds(micros, 50), seconds(micros, 95), seconds(micros, 99));
    }

    private static double seconds(org.HdrHistogram.Histogram micros, double percent) {
        return micros.getTotalCount() == 0 ? 0 : micros.getValueAtPercentile(percent) / 1e6;
    }
}
