package dev.tidewright.web;

import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a form would do, for a shell; the templates call it as {@code @curl}. */
@Component("curl")
public class Curl {

    private final JsonMapper json;

    Curl(JsonMapper json) {
        this.json = json;
    }

    /**
     * A call of the API.
     *
     * @param path below {@code /api/v1}
     * @param command the very command that the form would carry out
     * @param version of what is changed; null where nothing is overwritten
     */
    public String of(String method, String path, Object command, @Nullable Long version) {
        var tree = json.<JsonNode>valueToTree(command);
        withoutNulls(tree);
        var body = json.writerWithDefaultPrettyPrinter().writeValueAsString(tree);
        var server = ServletUriComponentsBuilder.fromCurrentContextPath().toUriString();
        return "curl -X " + method + " " + server + "/api/v1" + path
                + " \\\n  -H \"Authorization: Bearer $TIDEWRIGHT_TOKEN\" -H \"Content-Type: application/json\" \\\n"
                + (version == null ? "" : "  -H 'If-Match: \"" + version + "\"' \\\n")
                + "  -d '" + body.replace("'", "'\\''") + "'";
    }

    private static void withoutNulls(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(field -> field.getValue().isNull());
        }
        node.forEach(Curl::withoutNulls);
    }
}
