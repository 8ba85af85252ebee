package dev.tidewright.cluster;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A taint of nodes that a workload bears.
 *
 * @param key of the taint; null: of any
 * @param operator {@code Equal} or {@code Exists}
 * @param value of the taint; null with {@code Exists}, or where it is empty
 * @param effect {@code NoSchedule}, {@code PreferNoSchedule} or {@code NoExecute}; null: all of them
 * @param tolerationSeconds how long a {@code NoExecute} is borne, 0 or more; null: for good
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Toleration(
        @Nullable String key,
        String operator,
        @Nullable String value,
        @Nullable String effect,
        @Nullable Long tolerationSeconds) {

    private static final Set<String> EFFECTS = Set.of("NoSchedule", "PreferNoSchedule", "NoExecute");

    /** {@code gpu=a100:NoSchedule}, {@code gpu:NoExecute for 300}, {@code gpu}. */
    private static final Pattern LINE =
            Pattern.compile("([^=:\\s]*)(?:=([^:\\s]*))?(?::(\\S+))?(?:\\s+for\\s+([0-9]{1,9}))?");

    @JsonCreator
    public static Toleration of(
            @JsonProperty("key") @Nullable String key,
            @JsonProperty("operator") @Nullable String operator,
            @JsonProperty("value") @Nullable String value,
            @JsonProperty("effect") @Nullable String effect,
            @JsonProperty("tolerationSeconds") @Nullable Long seconds) {
        var how = operator == null ? "Equal" : operator;
        if (!how.equals("Equal") && !how.equals("Exists")) {
            throw wrong("operator", "\"" + Text.shortened(how, 40) + "\" is no operator: give Equal or Exists");
        }
        if (how.equals("Exists") && value != null && !value.isEmpty()) {
            throw wrong("value", "Exists asks for no value: leave it out, or give Equal");
        }
        if (how.equals("Equal") && (key == null || key.isEmpty())) {
            throw wrong("key", "say which taint, or give Exists to bear all of them");
        }
        if (key != null && !key.isEmpty() && !PodFields.LABEL_KEY.matcher(key).matches()) {
            throw wrong("key", "\"" + Text.shortened(key, 40) + "\" is no key of a taint like \"example.com/gpu\"");
        }
        if (value != null && !PodFields.LABEL_VALUE.matcher(value).matches()) {
            throw wrong("value", "\"" + Text.shortened(value, 40) + "\" is no value of a taint like \"a100\"");
        }
        if (effect != null && !EFFECTS.contains(effect)) {
            throw wrong(
                    "effect",
                    "\"" + Text.shortened(effect, 40)
                            + "\" is no effect: give NoSchedule, PreferNoSchedule or NoExecute");
        }
        if (seconds != null && (seconds < 0 || !"NoExecute".equals(effect))) {
            throw wrong("tolerationSeconds", "give 0 or more seconds, with the effect NoExecute");
        }
        return new Toleration(key, how, how.equals("Exists") ? null : value, effect, seconds);
    }

    /** As a form has it, like {@code kubectl taint} writes taints. */
    static Toleration parse(String line) {
        var parts = LINE.matcher(line.strip());
        if (!parts.matches()) {
            throw unclear("\"" + Text.shortened(line, 60) + "\": write a taint like gpu=a100:NoSchedule");
        }
        var key = parts.group(1).isEmpty() ? null : parts.group(1);
        var seconds = parts.group(4) == null ? null : Long.valueOf(parts.group(4));
        try {
            return of(key, parts.group(2) == null ? "Exists" : "Equal", parts.group(2), parts.group(3), seconds);
        } catch (Refusal.Invalid wrong) {
            throw unclear("\"" + Text.shortened(line, 60) + "\": " + wrong.sentence());
        }
    }

    /** What {@link #parse} reads. */
    String line() {
        return (key == null ? "" : key)
                + (operator.equals("Exists") ? "" : "=" + (value == null ? "" : value))
                + (effect == null ? "" : ":" + effect)
                + (tolerationSeconds == null ? "" : " for " + tolerationSeconds);
    }

    private static Refusal unclear(String message) {
        return new Refusal.Invalid("invalid-pod", "pod.tolerations", message);
    }

    private static Refusal wrong(String part, String message) {
        // Whoever reads a list of them knows which one it is, and puts that before the first dot.
        return new Refusal.Invalid("invalid-pod", "toleration." + part, message);
    }
}
