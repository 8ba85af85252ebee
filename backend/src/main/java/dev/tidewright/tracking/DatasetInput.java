package dev.tidewright.tracking;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A data set that a run has read.
 *
 * @param digest at most 36 characters; with the name it says which data set this is
 * @param source where it comes from, at most 65,535 characters, in a form that {@code sourceType} names
 * @param schema at most 1,048,575 characters
 * @param tags e.g. {@code mlflow.data.context}: what it was used for
 */
public record DatasetInput(
        String name,
        String digest,
        String sourceType,
        String source,
        @Nullable String schema,
        @Nullable String profile,
        Map<String, String> tags) {

    public DatasetInput {
        Keys.checked("dataset.name", name, 500);
        Keys.checked("dataset.digest", digest, 36);
        Keys.checkedValue("dataset.source", source, 65_535);
        Keys.checkedValue("dataset.schema", schema == null ? "" : schema, 1_048_575);
        tags.forEach((key, value) -> Keys.checkedValue(Keys.checked("tag", key, 255), value, 500));
        tags = Map.copyOf(tags);
    }
}
