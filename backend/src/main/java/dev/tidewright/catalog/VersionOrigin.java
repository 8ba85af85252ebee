package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Whose files a new version gets copies of. */
public sealed interface VersionOrigin {

    /**
     * What a job has left behind.
     *
     * @param attempt which attempt of it; null: the one that succeeded
     */
    record OfJob(Name job, @Nullable Integer attempt, String path) implements VersionOrigin {}

    /** What is in an archive. */
    record OfUpload(UUID upload, String path) implements VersionOrigin {}

    /** What was logged into a run. */
    record OfRun(UUID run, String path) implements VersionOrigin {}

    /** A model that a run has written. */
    record OfLoggedModel(UUID model, String path) implements VersionOrigin {}

    /** Another version, of the same or another model of the namespace. */
    record OfVersion(ModelName model, int number) implements VersionOrigin {}
}
