package dev.tidewright.catalog;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where a version comes from: a job's attempt or an upload.
 *
 * @param attempt 0 when it does not come from a job
 * @param path the folder of the job's outputs, or the name of the uploaded file
 * @param digest of the source code that made it, or of the uploaded file
 * @param run the tracking run with the whole history of the metrics
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record VersionSource(
        @Nullable UUID jobId,
        @Nullable String job,
        int attempt,
        @Nullable UUID upload,
        String path,
        @Nullable String digest,
        @Nullable UUID run) {}
