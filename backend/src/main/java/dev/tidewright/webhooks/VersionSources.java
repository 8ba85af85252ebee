package dev.tidewright.webhooks;

import java.util.UUID;

/** Implemented by the door whose words receivers are told in: where it says that the files of a version are. */
public interface VersionSources {

    /** The address of the files of a version whose maker has not told one. */
    String of(UUID version);
}
