package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Locale;

/** Who may send requests to an endpoint. */
public enum EndpointAccess {
    /** Callers with a token of the namespace. */
    PRIVATE,
    /** Anybody. */
    PUBLIC;

    @JsonCreator
    public static EndpointAccess of(String word) {
        for (var access : values()) {
            if (access.word().equalsIgnoreCase(word.strip())) {
                return access;
            }
        }
        throw new Refusal.Invalid(
                "invalid-access",
                "access",
                "\"" + Text.shortened(word, 20) + "\" is not valid: give \"private\" or \"public\"");
    }

    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
