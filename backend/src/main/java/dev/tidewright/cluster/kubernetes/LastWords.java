package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.Exit;
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
 * @param file as it stands; empty when it left none
 */
record LastWords(String reason, String message, String line, String file) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    static LastWords of(ContainerStateTerminated end) {
        var text = end.getMessage() == null ? "" : end.getMessage().strip();
        var whole = left(text);
        if (whole != null) {
            return new LastWords(orEmpty(whole.reason()), orEmpty(whole.message()), "", text);
        }
        var line = text.substring(text.lastIndexOf('\n') + 1).strip();
        var said = left(line); // a program may write its whole log so
        var told = said == null || said.message() == null ? line : said.message();
        return new LastWords("", "", told.startsWith(Exit.OUR_OWN) ? "" : told, "");
    }

    /** Null for what is no JSON object: user code may write what it likes. */
    private static @Nullable Left left(String text) {
        if (!text.startsWith("{")) {
            return null;
        }
        try {
            return JSON.readValue(text, Left.class);
        } catch (JacksonException e) {
            return null;
        }
    }

    private record Left(@Nullable String reason, @Nullable String message) {}

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text.strip();
    }
}
