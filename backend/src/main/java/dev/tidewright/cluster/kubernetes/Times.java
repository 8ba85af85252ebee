package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.Event;
import java.time.Instant;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Kubernetes' times, which are text and may be missing. */
final class Times {

    private Times() {}

    static Instant of(@Nullable String text, Instant otherwise) {
        return text == null || text.isEmpty() ? otherwise : Instant.parse(text);
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
