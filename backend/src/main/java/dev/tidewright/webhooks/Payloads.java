package dev.tidewright.webhooks;

import dev.tidewright.catalog.RegistryEvent;
import dev.tidewright.kernel.Name;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/** What receivers are told, in MLflow's words. */
@Component
class Payloads {

    /** As Python writes an instant in UTC. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSxxx").withZone(ZoneOffset.UTC);

    private final JsonMapper json;
    private final ObjectProvider<VersionSources> sources;

    Payloads(JsonMapper json, ObjectProvider<VersionSources> sources) {
        this.json = json;
        this.sources = sources;
    }

    static WebhookEvent event(RegistryEvent happened) {
        return switch (happened) {
            case RegistryEvent.ModelCreated _ -> WebhookEvent.REGISTERED_MODEL_CREATED;
            case RegistryEvent.VersionCreated _ -> WebhookEvent.MODEL_VERSION_CREATED;
            case RegistryEvent.TagSet _ -> WebhookEvent.MODEL_VERSION_TAG_SET;
            case RegistryEvent.TagDeleted _ -> WebhookEvent.MODEL_VERSION_TAG_DELETED;
            case RegistryEvent.AliasSet _ -> WebhookEvent.MODEL_VERSION_ALIAS_CREATED;
            case RegistryEvent.AliasDeleted _ -> WebhookEvent.MODEL_VERSION_ALIAS_DELETED;
        };
    }

    /** What it is about, for the log: {@code diabetes/3}, {@code diabetes@champion}. */
    static String subject(RegistryEvent happened) {
        return switch (happened) {
            case RegistryEvent.ModelCreated made -> made.model().value();
            case RegistryEvent.VersionCreated made -> made.model() + "/" + made.number();
            case RegistryEvent.TagSet set -> set.model() + "/" + set.number();
            case RegistryEvent.TagDeleted gone -> gone.model() + "/" + gone.number();
            case RegistryEvent.AliasSet set -> set.model() + "@" + set.alias();
            case RegistryEvent.AliasDeleted gone -> gone.model() + "@" + gone.alias();
        };
    }

    String body(RegistryEvent happened, Instant at) {
        return body(event(happened), happened.namespace(), data(happened), at);
    }

    /** What a test sends: of the form of the event, about nothing that there is. */
    String example(WebhookEvent event, Name namespace, Instant at) {
        var data = new LinkedHashMap<String, @Nullable Object>();
        data.put("name", "example_model");
        switch (event) {
            case REGISTERED_MODEL_CREATED -> {
                data.put("tags", Map.of("example_key", "example_value"));
                data.put("description", "An example registered model");
            }
            case MODEL_VERSION_CREATED -> {
                data.put("version", "1");
                data.put("source", "models:/123");
                data.put("run_id", "abcd1234abcd5678");
                data.put("tags", Map.of("example_key", "example_value"));
                data.put("description", "An example model version");
            }
            case MODEL_VERSION_TAG_SET -> {
                data.put("version", "1");
                data.put("key", "example_key");
                data.put("value", "example_value");
            }
            case MODEL_VERSION_TAG_DELETED -> {
                data.put("version", "1");
                data.put("key", "example_key");
            }
            case MODEL_VERSION_ALIAS_CREATED -> {
                data.put("alias", "example_alias");
                data.put("version", "1");
            }
            case MODEL_VERSION_ALIAS_DELETED -> data.put("alias", "example_alias");
        }
        return body(event, namespace, data, at);
    }

    private String body(WebhookEvent event, Name namespace, Map<String, @Nullable Object> data, Instant at) {
        var body = new LinkedHashMap<String, Object>();
        body.put("entity", event.entity());
        body.put("action", event.action());
        body.put("timestamp", TIME.format(at));
        body.put("data", data);
        body.put("workspace", namespace.value());
        return json.writeValueAsString(body);
    }

    private Map<String, @Nullable Object> data(RegistryEvent happened) {
        var data = new LinkedHashMap<String, @Nullable Object>();
        data.put("name", happened.model().value());
        switch (happened) {
            case RegistryEvent.ModelCreated made -> {
                data.put("tags", made.tags());
                data.put("description", given(made.description()));
            }
            case RegistryEvent.VersionCreated made -> {
                data.put("version", String.valueOf(made.number()));
                data.put("source", source(made));
                data.put("run_id", hexadecimal(made.source().run()));
                data.put("tags", made.tags());
                data.put("description", given(made.description()));
            }
            case RegistryEvent.TagSet set -> {
                data.put("version", String.valueOf(set.number()));
                data.put("key", set.key());
                data.put("value", set.value());
            }
            case RegistryEvent.TagDeleted gone -> {
                data.put("version", String.valueOf(gone.number()));
                data.put("key", gone.key());
            }
            case RegistryEvent.AliasSet set -> {
                data.put("alias", set.alias().value());
                data.put("version", String.valueOf(set.number()));
            }
            case RegistryEvent.AliasDeleted gone ->
                data.put("alias", gone.alias().value());
        }
        return data;
    }

    private String source(RegistryEvent.VersionCreated made) {
        var told = made.source().uri();
        return told == null ? sources.getObject().of(made.version()) : told;
    }

    private static @Nullable String given(String text) {
        return text.isEmpty() ? null : text;
    }

    private static @Nullable String hexadecimal(@Nullable UUID id) {
        return id == null ? null : id.toString().replace("-", "");
    }
}
