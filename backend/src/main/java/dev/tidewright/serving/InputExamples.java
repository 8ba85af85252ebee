package dev.tidewright.serving;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.catalog.Catalog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What to send to an endpoint to try it: the example that came with its model, in the form that {@code predict} takes. */
@Component
class InputExamples {

    private static final String OTHERWISE = "{\"features\": [[0.1, 0.2]]}";
    private static final int LARGEST = 16 * 1024;
    /** As the serving runtime looks for them. */
    private static final List<String> NAMES = List.of("input_example.json", "sample.json");

    private static final List<String> BODIES =
            List.of("features", "instances", "inputs", "dataframe_records", "dataframe_split");

    private final Catalog catalog;
    private final Artifacts artifacts;
    private final JsonMapper json;

    InputExamples(Catalog catalog, Artifacts artifacts, JsonMapper json) {
        this.catalog = catalog;
        this.artifacts = artifacts;
        this.json = json;
    }

    String of(Served served) {
        var model = served.model();
        if (model == null) {
            return OTHERWISE;
        }
        var files = artifacts.list(catalog.version(model.versionId()).artifacts());
        return NAMES.stream()
                .flatMap(name -> files.stream().filter(file -> file.fileName().equals(name)))
                .filter(file -> file.size() <= LARGEST)
                .findFirst()
                .flatMap(this::body)
                .orElse(OTHERWISE);
    }

    private Optional<String> body(Stored file) {
        try (var bytes = artifacts.open(file)) {
            return Optional.of(json.writeValueAsString(body(json.readTree(bytes.readAllBytes()))));
        } catch (JacksonException noJson) {
            return Optional.empty();
        } catch (IOException fault) {
            throw new UncheckedIOException("the example of a model cannot be read", fault);
        }
    }

    private static Object body(JsonNode example) {
        if (BODIES.stream().anyMatch(example::has)) {
            return example;
        }
        return Map.of(example.has("data") ? "dataframe_split" : "features", example);
    }
}
