package dev.tidewright.tracking;

import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Announces a model whose files are going to be written.
 *
 * @param name 1 to 500 characters, neither {@code /} nor {@code :} among them; need not be unique
 */
public record LogModel(
        Name namespace,
        long experiment,
        String name,
        String modelType,
        @Nullable UUID sourceRun,
        Map<String, String> params,
        Map<String, String> tags,
        Actor actor) {

    public LogModel {
        Keys.checked("name", name, Keys.MAX_EXPERIMENT);
        Keys.checkedValue("model_type", modelType, Keys.MAX_EXPERIMENT);
        params = checkedParams(params);
        tags = Keys.checkedTags(tags);
    }

    static Map<String, String> checkedParams(Map<String, String> params) {
        params.forEach((key, value) -> Keys.checkedValue(Keys.checked("parameter", key), value));
        return Map.copyOf(params);
    }
}
