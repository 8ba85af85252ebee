package dev.tidewright.tenancy;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Locale;

/** Whether a namespace deploys models whose files run code where they are loaded. */
public enum PickledModels {
    ALLOWED,
    /** What serves already goes on; nothing new of the kind is deployed. */
    REFUSED;

    @JsonCreator
    public static PickledModels of(String word) {
        for (var policy : values()) {
            if (policy.word().equalsIgnoreCase(word.strip())) {
                return policy;
            }
        }
        throw new Refusal.Invalid(
                "invalid-policy",
                "pickledModels",
                "\"" + Text.shortened(word, 20) + "\" is not valid: give \"allowed\" or \"refused\"");
    }

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
