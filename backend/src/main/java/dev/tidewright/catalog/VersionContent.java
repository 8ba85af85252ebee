package dev.tidewright.catalog;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a version is made of, gathered before it gets its number.
 *
 * @param pickled a file that runs code where it is loaded
 * @param origin in words: {@code from job train-1, attempt 1}
 */
record VersionContent(
        Flavour flavour,
        VersionSource source,
        Map<String, String> parameters,
        Map<String, Double> metrics,
        List<String> requirements,
        int files,
        long size,
        @Nullable Pickled pickled,
        String origin) {}
