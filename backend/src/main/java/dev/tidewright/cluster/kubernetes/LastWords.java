package dev.tidewright.cluster.kubernetes;

import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a program said at its end: the file that it left, or where there is none, the end of its log.
 *
 * @param reason named by the program itself; empty when it named none
 * @param message its own sentence; empty when it left none
 * @param line the last line of its log; empty when it left a file instead
 */
record LastWords(String reason, String message, String line) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    /** What the launcher and the serving runtime say in a log: how things went, never why a program ended. */
    private static final String OUR_OWN = "[tidewright]";

    private static final LastWords NONE = new LastWords("", "", "");

    static LastWords of(ContainerStateTerminated end) {
        var text = end.getMessage() == null ? "" : end.getMessage().strip();
        if (text.startsWith("{")) {
            try {
                var left = JSON.readValue(text, Left.class);
                return new LastWords(orEmpty(left.reason()), orEmpty(left.message()), "");
            } catch (JacksonException e) {
                return NONE; // user code may write what it likes
            }
        }
        var line = text.substring(text.lastIndexOf('\n') + 1).strip();
        return new LastWords("", "", line.startsWith(OUR_OWN) ? "" : line);
    }

    private record Left(@Nullable String reason, @Nullable String message) {}

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
