package dev.tidewright.artifacts;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Knows what can be run in an archive, so that a mistyped entry point is refused when it is asked for and not when the job
 * starts. Sees an archive as the launcher ({@code command.py}, {@code source.py}) does.
 */
@Component
public class ArchivedPrograms {

    /** What the launcher takes when nothing is said and there are several. */
    private static final List<String> USUAL = List.of("train.ipynb", "train.py", "main.py", "main.ipynb", "app.py");

    private static final int SHOWN = 8;

    private final Artifacts artifacts;

    /** The bytes of a digest never change, and to list an archive is to unpack it. */
    private final Cache<Digest, Set<String>> listed = Caffeine.newBuilder()
            .maximumWeight(500_000)
            .<Digest, Set<String>>weigher((digest, paths) -> 1 + paths.size())
            .build();

    ArchivedPrograms(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    /**
     * Refuses an entry point that is not in the archive; without one, an archive in which nothing says what to run.
     *
     * @param field what is named in the refusal
     */
    public void require(String field, String fileName, Digest digest, @Nullable String entryPoint) {
        var files = listed.get(digest, _ -> list(fileName, digest));
        if (entryPoint != null) {
            if (!files.contains(entryPoint.replaceFirst("^(\\./)+", ""))) {
                throw refused(
                        field,
                        "\"" + Text.shortened(entryPoint, 80) + "\" is not in \"" + Text.shortened(fileName, 60) + "\"",
                        files);
            }
            return;
        }
        var top = files.stream()
                .filter(path -> path.indexOf('/') < 0 && path.matches(".*\\.(py|ipynb)"))
                .toList();
        if (top.size() != 1 && USUAL.stream().noneMatch(files::contains)) {
            throw refused(field, "nothing says what to run of \"" + Text.shortened(fileName, 60) + "\"", files);
        }
    }

    private static Refusal refused(String field, String what, Set<String> files) {
        var runnable = files.stream()
                .filter(path -> path.matches(".*\\.(py|ipynb|sh)"))
                .sorted(Comparator.<String>comparingLong(
                                path -> path.chars().filter(c -> c == '/').count())
                        .thenComparing(Comparator.naturalOrder()))
                .toList();
        var shown = runnable.isEmpty() ? List.copyOf(files) : runnable;
        var some = String.join(", ", shown.stream().limit(SHOWN).toList()) + (shown.size() > SHOWN ? ", …" : "");
        return new Refusal.Invalid(
                "no-such-entry-point",
                field,
                what + ": "
                        + (runnable.isEmpty()
                                ? "it has no .py, .ipynb or .sh file, only " + some + ": give a command"
                                : "give a command, or one of " + some + " as the entry point"));
    }

    /** An archive of one folder is that folder. */
    private Set<String> list(String fileName, Digest digest) {
        var files = new TreeSet<String>();
        var top = new TreeSet<String>();
        Archive.read(fileName, artifacts.file(digest), new Archive.Visitor() {
            @Override
            public void file(ArtifactPath path, java.io.InputStream body) {
                files.add(path.value());
                top.add(path.value().replaceFirst("/.*", "/"));
            }

            @Override
            public void folder(ArtifactPath path) {
                top.add(path.value().replaceFirst("/.*", "") + "/");
            }
        });
        top.remove("__MACOSX/");
        top.remove(".DS_Store");
        if (top.size() != 1 || !top.first().endsWith("/")) {
            return files;
        }
        var root = top.first();
        var below = new TreeSet<String>();
        files.stream().filter(path -> path.startsWith(root)).forEach(path -> below.add(path.substring(root.length())));
        return below;
    }
}
