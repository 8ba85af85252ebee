package dev.tidewright.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tracking.RunService;
import dev.tidewright.tracking.Tracking;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tag or parameter on the wire. */
record Pair(
        @Nullable String key,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String value) {

    /** Of a run; values that are too long are cut. */
    static Map<String, String> tags(@Nullable List<Pair> pairs) {
        return map("tag", pairs, RunService.LONGEST_TAG);
    }

    /** Of a run; values that are too long are cut. */
    static Map<String, String> params(@Nullable List<Pair> pairs) {
        return map("param", pairs, Tracking.LONGEST_PARAMETER);
    }

    static List<Pair> of(Map<String, String> texts) {
        return texts.entrySet().stream()
                .map(text -> new Pair(text.getKey(), text.getValue()))
                .toList();
    }

    /**
     * In the order they were sent.
     *
     * @param what as refusals call one of them
     */
    static Map<String, String> map(String what, @Nullable List<Pair> pairs) {
        return map(what, pairs, Integer.MAX_VALUE);
    }

    private static Map<String, String> map(String what, @Nullable List<Pair> pairs, int longest) {
        var texts = new LinkedHashMap<String, String>();
        for (var pair : Given.all(pairs)) {
            var value = Given.cut(pair.value() == null ? "" : pair.value(), longest);
            var before = texts.put(Given.key(what + ".key", pair.key()), value);
            if (before != null && !before.equals(value)) {
                throw new Refusal.Invalid(
                        "repeated-key", what, what + " \"" + pair.key() + "\" is given twice with different values");
            }
        }
        return texts;
    }
}
