package dev.tidewright.mlflow;

import dev.tidewright.kernel.Refusal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tag or parameter on the wire. */
record Pair(@Nullable String key, @Nullable String value) {

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
        var texts = new LinkedHashMap<String, String>();
        for (var pair : Given.all(pairs)) {
            var value = pair.value() == null ? "" : pair.value();
            var before = texts.put(Given.key(what + ".key", pair.key()), value);
            if (before != null && !before.equals(value)) {
                throw new Refusal.Invalid(
                        "repeated-key", what, what + " \"" + pair.key() + "\" is given twice with different values");
            }
        }
        return texts;
    }
}
