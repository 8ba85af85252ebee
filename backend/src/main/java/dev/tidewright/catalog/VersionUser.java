package dev.tidewright.catalog;

import org.jspecify.annotations.Nullable;

/**
 * Who uses a version now.
 *
 * @param said for people, e.g. {@code endpoint diabetes (revision 3)}
 * @param page where to look at it, within the namespace: {@code /endpoints/diabetes}; null when it has none
 */
public record VersionUser(String said, @Nullable String page) {

    @Override
    public String toString() {
        return said;
    }
}
