package dev.tidewright.preview;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A look into one file.
 *
 * @param picture whether a browser shows it
 * @param notebook whether it can be read as one
 * @param text its beginning; null when it is no text
 * @param table the first rows, where it is one; the first of them are the names
 * @param cut whether there is more than this
 */
public record Preview(
        String path,
        long size,
        boolean picture,
        boolean notebook,
        @Nullable String text,
        @Nullable List<List<String>> table,
        boolean cut) {}
