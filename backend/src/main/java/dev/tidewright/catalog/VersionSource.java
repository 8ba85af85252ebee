package dev.tidewright.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a version comes from: a job's attempt, an upload, a run, a logged model or another version.
 *
 * @param attempt 0 when it does not come from a job
 * @param path the folder of the job's outputs or of the run, or the name of the uploaded file
 * @param digest of the source code that made it, or of the uploaded file
 * @param run the tracking run with the whole history of the metrics
 * @param loggedModel what the run has written
 * @param version the other version, {@code diabetes/3}
 * @param uri what its client calls the place
 * @param link the address of a run elsewhere, as its client tells it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VersionSource(
        @Nullable UUID jobId,
        @Nullable String job,
        int attempt,
        @Nullable UUID upload,
        String path,
        @Nullable String digest,
        @Nullable UUID run,
        @Nullable UUID loggedModel,
        @Nullable String version,
        @Nullable String uri,
        @Nullable String link) {

    static VersionSource ofJob(
            UUID id, String job, int attempt, String path, @Nullable String digest, @Nullable UUID run) {
        return new VersionSource(id, job, attempt, null, path, digest, run, null, null, null, null);
    }

    static VersionSource ofUpload(UUID id, String fileName, String digest) {
        return new VersionSource(null, null, 0, id, fileName, digest, null, null, null, null, null);
    }

    static VersionSource ofRun(@Nullable UUID run, @Nullable UUID loggedModel, String path) {
        return new VersionSource(null, null, 0, null, path, null, run, loggedModel, null, null, null);
    }

    /** The copy of a version comes from where the version comes from, and from it. */
    VersionSource copied(String reference) {
        return new VersionSource(jobId, job, attempt, upload, path, digest, run, loggedModel, reference, null, link);
    }

    /** With what a client says. */
    VersionSource told(NewVersion.Told told) {
        return new VersionSource(
                jobId,
                job,
                attempt,
                upload,
                path,
                digest,
                told.run() == null ? run : told.run(),
                told.loggedModel() == null ? loggedModel : told.loggedModel(),
                version,
                told.uri(),
                told.link() == null ? link : told.link());
    }
}
