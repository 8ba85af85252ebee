package dev.tidewright.catalog;

import java.util.List;
import java.util.UUID;

/** Implemented by features that use versions: says who stands in the way of deleting one. */
public interface VersionUsers {

    /** Empty when nothing uses it. */
    List<VersionUser> usersOf(UUID versionId);
}
