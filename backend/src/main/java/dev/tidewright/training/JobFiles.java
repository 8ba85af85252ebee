package dev.tidewright.training;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.kernel.Refusal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What an attempt left behind, and as much of one file as a page can show. */
@Component
class JobFiles {

    private static final int SHOWN = 64 * 1024;
    private static final Set<String> PICTURES = Set.of("png", "jpg", "jpeg", "gif", "webp");
    private static final Set<String> TEXTS = Set.of(
            "txt", "md", "json", "jsonl", "csv", "tsv", "py", "ipynb", "yaml", "yml", "toml", "log", "html", "xml",
            "cfg", "ini", "sh");

    private final Artifacts artifacts;

    JobFiles(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    /**
     * A look into one file.
     *
     * @param text its beginning; null when it is no text
     */
    record Preview(
            String path,
            long size,
            boolean picture,
            @Nullable String text,
            boolean cut) {}

    List<Stored> of(JobState job, @Nullable Integer attempt) {
        return job.attempt(attempt)
                .map(found -> artifacts.list(JobSources.outputs(found.id())))
                .orElse(List.of());
    }

    Preview preview(JobState job, @Nullable Integer attempt, String path) {
        var file = of(job, attempt).stream()
                .filter(one -> one.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("file", path));
        var dot = path.lastIndexOf('.');
        var ending = dot < 0 ? "" : path.substring(dot + 1).toLowerCase(Locale.ROOT);
        var text = TEXTS.contains(ending) || file.mediaType().startsWith("text/") ? text(file) : null;
        return new Preview(path, file.size(), PICTURES.contains(ending), text, file.size() > SHOWN);
    }

    private String text(Stored file) {
        try (var bytes = artifacts.open(file, 0, SHOWN)) {
            return new String(bytes.readNBytes(SHOWN), StandardCharsets.UTF_8);
        } catch (IOException fault) {
            throw new UncheckedIOException("a file cannot be read", fault);
        }
    }
}
