package dev.tidewright.preview;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Looks into files. What a file is, is told by its name; its sender's word is only believed where that is text. */
@Component
public class Previews {

    private static final int SHOWN = 64 * 1024;
    private static final Set<String> PICTURES = Set.of("png", "jpg", "jpeg", "gif", "webp");
    private static final Set<String> TEXTS = Set.of(
            "txt", "md", "json", "jsonl", "csv", "tsv", "py", "ipynb", "yaml", "yml", "toml", "log", "html", "xml",
            "cfg", "ini", "sh", "mlmodel");

    private final Artifacts artifacts;
    private final JsonMapper json;

    Previews(Artifacts artifacts, JsonMapper json) {
        this.artifacts = artifacts;
        this.json = json;
    }

    /** As much of the file as a page shows. */
    public Preview of(Stored file) {
        var name = file.fileName().toLowerCase(Locale.ROOT);
        // A name without an ending, like MLmodel, is its own.
        var ending = name.substring(name.lastIndexOf('.') + 1);
        var cut = file.size() > SHOWN;
        var text = TEXTS.contains(ending) || file.mediaType().startsWith("text/") ? text(file) : null;
        return new Preview(
                file.path(),
                file.size(),
                PICTURES.contains(ending),
                Notebooks.isNotebook(file.path()),
                text == null || cut || !ending.equals("json") ? text : indented(text),
                text == null ? null : table(ending, text, cut),
                cut);
    }

    private static @Nullable List<List<String>> table(String ending, String text, boolean cut) {
        return switch (ending) {
            case "csv" -> Separated.rows(text, ',', cut);
            case "tsv" -> Separated.rows(text, '\t', cut);
            default -> null;
        };
    }

    private String indented(String text) {
        try {
            return json.writerWithDefaultPrettyPrinter().writeValueAsString(json.readTree(text));
        } catch (JacksonException noJson) {
            return text;
        }
    }

    private String text(Stored file) {
        try (var bytes = artifacts.open(file, 0, SHOWN)) {
            return new String(bytes.readNBytes(SHOWN), StandardCharsets.UTF_8);
        } catch (IOException fault) {
            throw new UncheckedIOException("a file cannot be read", fault);
        }
    }
}
