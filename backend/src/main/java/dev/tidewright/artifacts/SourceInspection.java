package dev.tidewright.artifacts;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Looks into a source before anything runs it: what is it, and is it what its name says? */
final class SourceInspection {

    static final long MAX_NOTEBOOK = 64L << 20;
    static final long MAX_SCRIPT = 16L << 20;

    private static final JsonMapper JSON = JsonMapper.shared();

    private SourceInspection() {}

    /** The kind of a source; refuses one that is broken or dangerous. */
    static SourceKind inspect(String fileName, Path file) {
        try {
            if (Files.size(file) == 0) {
                throw invalid("invalid-source", fileName, "is empty");
            }
            if (Archive.isName(fileName)) {
                Archive.read(fileName, file, (path, body) -> {});
                return SourceKind.ARCHIVE;
            }
            if (fileName.toLowerCase(Locale.ROOT).endsWith(".ipynb")) {
                notebook(fileName, file);
                return SourceKind.NOTEBOOK;
            }
            if (!fileName.toLowerCase(Locale.ROOT).matches(".*\\.(py|sh)")) {
                return SourceKind.FILE;
            }
            script(fileName, file);
            return SourceKind.SCRIPT;
        } catch (IOException fault) {
            throw new UncheckedIOException("an upload cannot be read", fault);
        }
    }

    private static void notebook(String fileName, Path file) throws IOException {
        if (Files.size(file) > MAX_NOTEBOOK) {
            throw invalid(
                    "invalid-notebook",
                    fileName,
                    "is larger than 64 MiB: clear its outputs (\"Restart Kernel and Clear Outputs\") and save it again");
        }
        try {
            var root = JSON.readTree(file);
            if (!root.isObject() || !root.path("nbformat").isIntegralNumber()) {
                throw invalid("invalid-notebook", fileName, "is JSON, but no notebook: it has no \"nbformat\"");
            }
            if (root.path("nbformat").intValue() < 4) {
                throw invalid(
                        "invalid-notebook",
                        fileName,
                        "has notebook format " + root.path("nbformat").intValue()
                                + ": convert it with \"jupyter nbconvert --to notebook --nbformat 4\"");
            }
            if (!root.path("cells").isArray() || root.path("cells").isEmpty()) {
                throw invalid("invalid-notebook", fileName, "has no cells");
            }
        } catch (JacksonException malformed) {
            var place = malformed.getLocation();
            throw invalid(
                    "invalid-notebook",
                    fileName,
                    "is not JSON" + (place == null ? "" : " (line " + place.getLineNr() + ")")
                            + ": save it again from Jupyter");
        }
    }

    private static void script(String fileName, Path file) throws IOException {
        if (Files.size(file) > MAX_SCRIPT) {
            throw invalid(
                    "invalid-source",
                    fileName,
                    "is larger than 16 MiB, too large for a script: pack data and code" + " as .zip or .tar.gz");
        }
        var bytes = Files.readAllBytes(file);
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            if (text.chars().anyMatch(SourceInspection::isUnusual)) {
                throw notText(fileName);
            }
        } catch (CharacterCodingException malformed) {
            throw notText(fileName);
        }
    }

    /** Control characters that no editor writes into a script; tab, line ends, form feed and escape it may have. */
    private static boolean isUnusual(int character) {
        return character < ' ' && "\t\n\r\f\u001b".indexOf(character) < 0;
    }

    private static Refusal notText(String fileName) {
        return invalid(
                "invalid-source",
                fileName,
                "is a script by its name, but no UTF-8 text: save it as UTF-8, or give the file the ending of what it is");
    }

    private static Refusal invalid(String code, String fileName, String what) {
        return new Refusal.Invalid(code, "file", "\"" + Text.shortened(fileName, 80) + "\" " + what);
    }
}
