package dev.tidewright.tracking;

import java.util.UUID;

/**
 * What records a run.
 *
 * @param kind {@code job}
 * @param name what people call it
 * @param own whether it is the source's own run, of which there is one, or a further one that its program began
 */
public record RunSource(String kind, UUID id, String name, boolean own) {

    /** The run of this job. */
    public static RunSource job(UUID id, String name) {
        return new RunSource("job", id, name, true);
    }

    /** A further run of the same source. */
    public RunSource beside() {
        return new RunSource(kind, id, name, false);
    }
}
