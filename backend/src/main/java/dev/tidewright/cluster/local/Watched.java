package dev.tidewright.cluster.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A file that somebody else replaces, read again only when it was: a look costs one stat. */
final class Watched<T> {

    private final Path file;
    private final Class<T> type;
    private List<@Nullable Object> seen = List.of();
    private @Nullable T content;

    Watched(Path file, Class<T> type) {
        this.file = file;
        this.type = type;
    }

    Optional<T> get() {
        try {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            var now = List.<@Nullable Object>of(
                    Objects.toString(attributes.fileKey()), attributes.lastModifiedTime(), attributes.size());
            if (!now.equals(seen)) {
                content = Store.read(file, type).orElse(null);
                seen = now;
            }
            return Optional.ofNullable(content);
        } catch (IOException e) {
            return Optional.empty(); // not there yet
        }
    }
}
