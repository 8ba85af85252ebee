package dev.tidewright.catalog;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to look for.
 *
 * @param text a part of name or description; empty for any
 * @param tags all of them must be there with these values
 */
public record ModelQuery(String text, Map<String, String> tags) {

    public ModelQuery {
        tags = Map.copyOf(tags);
    }

    /** Reads {@code q=…&tag=team=a&tag=stage=prod}. */
    public static ModelQuery of(@Nullable String text, @Nullable List<String> tags) {
        return new ModelQuery(
                text == null ? "" : Text.shortened(text.strip(), 200).replace("\0", ""), tags(tags));
    }

    static Map<String, String> tags(@Nullable List<String> tags) {
        var wanted = new HashMap<String, String>();
        for (var tag : tags == null ? List.<String>of() : tags) {
            var equals = tag.indexOf('=');
            if (equals < 1 || tag.indexOf('\0') >= 0) {
                throw new Refusal.Malformed(
                        "invalid-tag",
                        "tag",
                        "\"" + Text.shortened(tag, 60) + "\" is no tag filter: write tag=key=value");
            }
            wanted.put(tag.substring(0, equals), tag.substring(equals + 1));
        }
        return wanted;
    }
}
