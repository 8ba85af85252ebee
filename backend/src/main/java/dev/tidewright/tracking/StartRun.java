package dev.tidewright.tracking;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Begins a run.
 *
 * @param name 1 to 250 characters; need not be unique
 * @param experiment its number in the namespace
 * @param experimentOpen whether its program may still choose another experiment, until it begins to log
 * @param source what records it; null for a run that somebody logs by hand. One source has one run of its own.
 * @param startedAt null for now
 */
public record StartRun(
        Name namespace,
        String name,
        long experiment,
        boolean experimentOpen,
        @Nullable RunSource source,
        Map<String, String> tags,
        @Nullable Instant startedAt,
        Actor actor) {

    public StartRun {
        name = Keys.checked("name", name);
        tags = Keys.checkedTags(tags);
    }

    /** In the experiment for whoever names none, from now on. */
    public StartRun(Name namespace, String name, @Nullable RunSource source, Map<String, String> tags, Actor actor) {
        this(namespace, name, Experiment.DEFAULT, false, source, tags, null, actor);
    }
}
