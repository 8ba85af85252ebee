package dev.tidewright.preview;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.catalog.Markdown;
import dev.tidewright.cluster.LogLine;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import org.springframework.stereotype.Component;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads notebooks that somebody kept. Whatever is in them was written by others, so all of it is made harmless here. */
@Component
public class Notebooks {

    private static final int LARGEST = 32 << 20;
    private static final int CELLS = 400;
    private static final int TEXT = 100_000;
    private static final List<String> IMAGES = List.of("image/png", "image/jpeg", "image/gif");

    private final Artifacts artifacts;
    private final Markdown markdown;
    private final JsonMapper json;

    Notebooks(Artifacts artifacts, Markdown markdown, JsonMapper json) {
        this.artifacts = artifacts;
        this.markdown = markdown;
        this.json = json;
    }

    /** A picture that a cell has drawn. */
    public record Image(String media, byte[] content) {}

    /** Whether a file says by its name that it is one. */
    public static boolean isNotebook(String path) {
        return path.toLowerCase(Locale.ROOT).endsWith(".ipynb");
    }

    /** What a page shows of it; refuses what is no notebook. */
    public Notebook read(Stored file) {
        var tree = tree(file);
        var all = tree.path("cells");
        var cells = new ArrayList<Notebook.Cell>();
        for (var number = 0; number < Math.min(all.size(), CELLS); number++) {
            cells.add(cell(number, all.get(number)));
        }
        var language = tree.at("/metadata/language_info/name").asString("");
        return new Notebook(List.copyOf(cells), language, all.size() - cells.size());
    }

    /** The picture of one output. */
    public Image image(Stored file, int cell, int output) {
        var data =
                tree(file).path("cells").path(cell).path("outputs").path(output).path("data");
        for (var media : IMAGES) {
            if (data.has(media)) {
                try {
                    return new Image(media, Base64.getMimeDecoder().decode(joined(data.path(media))));
                } catch (IllegalArgumentException malformed) {
                    break;
                }
            }
        }
        throw new Refusal.NotFound("picture", cell + "/" + output);
    }

    private JsonNode tree(Stored file) {
        if (file.size() > LARGEST) {
            throw new Refusal.TooLarge("\"" + file.path() + "\" is too large to be shown: download it");
        }
        try (var bytes = artifacts.open(file, 0, LARGEST)) {
            return json.readTree(bytes);
        } catch (JacksonException malformed) {
            throw new Refusal.Invalid(
                    "invalid-notebook", "file", "\"" + file.path() + "\" is no notebook: it is not well-formed JSON");
        } catch (IOException fault) {
            throw new UncheckedIOException("a notebook cannot be read", fault);
        }
    }

    private Notebook.Cell cell(int number, JsonNode cell) {
        var kind = cell.path("cell_type").asString("raw");
        var source = Text.shortened(joined(cell.path("source")), TEXT);
        var tags = cell.at("/metadata/tags");
        var injected = StreamSupport.stream(tags.spliterator(), false)
                .anyMatch(tag -> tag.asString("").equals("injected-parameters"));
        var count = cell.path("execution_count");
        var outputs = new ArrayList<Notebook.Output>();
        for (var output : cell.path("outputs")) {
            outputs.add(output(outputs.size(), output));
        }
        return new Notebook.Cell(
                number,
                kind,
                count.isInt() ? count.asInt() : null,
                injected,
                source,
                kind.equals("markdown") ? markdown.html(source) : "",
                List.copyOf(outputs));
    }

    private Notebook.Output output(int number, JsonNode output) {
        return switch (output.path("output_type").asString("")) {
            case "stream" -> text(number, "text", joined(output.path("text")));
            case "error" -> text(number, "error", error(output));
            default -> shown(number, output.path("data"));
        };
    }

    /** The richest form that can be shown safely. */
    private Notebook.Output shown(int number, JsonNode data) {
        for (var media : IMAGES) {
            if (data.has(media)) {
                return new Notebook.Output(number, "image", List.of(), "", media);
            }
        }
        var html = data.has("text/html") ? markdown.harmless(joined(data.path("text/html"))) : "";
        if (!html.isBlank()) {
            return new Notebook.Output(number, "html", List.of(), html, "text/html");
        }
        if (data.has("text/markdown")) {
            return new Notebook.Output(
                    number, "html", List.of(), markdown.html(joined(data.path("text/markdown"))), "text/markdown");
        }
        if (data.has("text/plain")) {
            return text(number, "text", joined(data.path("text/plain")));
        }
        var media = String.join(", ", data.propertyNames());
        return new Notebook.Output(number, "other", List.of(), "", media);
    }

    private static Notebook.Output text(int number, String kind, String text) {
        return new Notebook.Output(number, kind, LogLine.of(Text.shortened(text, TEXT)), "", "text/plain");
    }

    private static String error(JsonNode output) {
        var traceback = new ArrayList<String>();
        output.path("traceback").forEach(line -> traceback.add(line.asString("")));
        return traceback.isEmpty()
                ? output.path("ename").asString("") + ": "
                        + output.path("evalue").asString("")
                : String.join("\n", traceback);
    }

    /** Jupyter writes texts whole or as lists of lines. */
    private static String joined(JsonNode text) {
        if (!text.isArray()) {
            return text.asString("");
        }
        var whole = new StringBuilder();
        text.forEach(line -> whole.append(line.asString("")));
        return whole.toString();
    }
}
