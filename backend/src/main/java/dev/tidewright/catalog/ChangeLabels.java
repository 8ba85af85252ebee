package dev.tidewright.catalog;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Changes the words on a model or version, as a merge patch: what is missing stays.
 *
 * @param description Markdown, at most 65536 characters
 * @param tags tags to set; null as value takes one away
 */
public record ChangeLabels(
        @Nullable String description, @Nullable Map<String, @Nullable String> tags) {

    /** Sets one tag, or takes it away where the value is null. */
    public static ChangeLabels tag(String key, @Nullable String value) {
        var tags = new HashMap<String, @Nullable String>();
        tags.put(key, value);
        return new ChangeLabels(null, tags);
    }

    Map<String, String> mergedInto(Map<String, String> present) {
        var merged = new HashMap<>(present);
        if (tags != null) {
            tags.forEach((key, value) -> {
                if (value == null) {
                    merged.remove(key);
                } else {
                    merged.put(key, value);
                }
            });
        }
        return merged;
    }
}
