package dev.tidewright.catalog;

import java.util.List;
import java.util.UUID;

/** Implemented by features that use versions: says who stands in the way of deleting one. */
public interface VersionUsers {

    /** One line each, e.g. {@code endpoint diabetes (revision 3)}; empty when nothing uses it. */
    List<String> usersOf(UUID versionId);
}
