package dev.tidewright.kernel;

import java.nio.file.Path;

/**
 * The folder that holds everything this installation keeps on disk: the embedded database, artifacts, local workloads.
 * Injected where it is needed; the setting is {@code tidewright.home} ({@code TIDEWRIGHT_HOME}).
 */
public record Home(Path path) {

    public Path resolve(String first, String... more) {
        var below = path.resolve(first);
        for (var part : more) {
            below = below.resolve(part);
        }
        return below;
    }
}
