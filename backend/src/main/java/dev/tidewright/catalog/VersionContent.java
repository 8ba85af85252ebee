package dev.tidewright.catalog;

import java.util.List;
import java.util.Map;

/**
 * What a version is made of, gathered before it gets its number.
 *
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
        String origin) {}
