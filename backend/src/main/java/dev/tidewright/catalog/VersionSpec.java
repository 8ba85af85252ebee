package dev.tidewright.catalog;

import java.util.Map;

/** What people wrote on a version. */
record VersionSpec(String description, Map<String, String> tags) {}
