package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Kubernetes' times, which are text and may be missing. */
final class Times {

    private Times() {}

    /** What never happened has the beginning of time in some fields. */
    static Instant of(@Nullable String text, Instant otherwise) {
        var time = text == null || text.isEmpty() ? Instant.EPOCH : Instant.parse(text);
        return time.equals(Instant.EPOCH) ? otherwise : time;
    }

    /** When an event was seen last: older components and newer ones write it into different fields. */
    static Instant of(Event event) {
        var micro = event.getEventTime() == null ? null : event.getEventTime().getTime();
        return Stream.of(
                        event.getLastTimestamp(),
                        micro,
                        event.getFirstTimestamp(),
                        event.getMetadata().getCreationTimestamp())
                .filter(time -> time != null && !time.isEmpty())
                .map(Instant::parse)
                .findFirst()
                .orElse(Instant.EPOCH);
    }
}
