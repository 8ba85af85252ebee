package dev.tidewright.tracking;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Begins a run.
 *
 * @param name 1 to 250 characters; need not be unique
 * @param source what records it; null for a run that somebody logs by hand. One source has one run.
 */
public record StartRun(
        Name namespace, String name, @Nullable RunSource source, Map<String, String> tags, Actor actor) {

    public StartRun {
        name = Keys.checked("name", name);
        tags = Keys.checkedTags(tags);
    }
}
