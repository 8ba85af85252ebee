package dev.tidewright.webhooks;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a receiver may be told of; named as MLflow names it. */
public enum WebhookEvent {
    REGISTERED_MODEL_CREATED("registered_model", "created", "a model is made"),
    MODEL_VERSION_CREATED("model_version", "created", "a version is registered"),
    MODEL_VERSION_TAG_SET("model_version_tag", "set", "a tag of a version is set"),
    MODEL_VERSION_TAG_DELETED("model_version_tag", "deleted", "a tag of a version is taken away"),
    MODEL_VERSION_ALIAS_CREATED("model_version_alias", "created", "an alias is made or moved"),
    MODEL_VERSION_ALIAS_DELETED("model_version_alias", "deleted", "an alias is taken away");

    private final String entity;
    private final String action;
    private final String words;

    WebhookEvent(String entity, String action, String words) {
        this.entity = entity;
        this.action = action;
        this.words = words;
    }

    /** By {@code entity.action} as in {@link #text}, or refuses. */
    @JsonCreator
    public static WebhookEvent of(String text) {
        return Arrays.stream(values())
                .filter(event -> event.text().equals(text.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new Refusal.Invalid(
                        "invalid-event",
                        "events",
                        "\"" + Text.shortened(text, 60) + "\" is no event that is told here: use one of "
                                + Arrays.stream(values())
                                        .map(WebhookEvent::text)
                                        .collect(Collectors.joining(", "))));
    }

    public String entity() {
        return entity;
    }

    public String action() {
        return action;
    }

    /** {@code model_version.created}. */
    @JsonValue
    public String text() {
        return entity + "." + action;
    }

    /** What happens then, for people. */
    public String words() {
        return words;
    }

    @Override
    public String toString() {
        return text();
    }
}
