package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes the next version of a model, either from a job or from an uploaded archive.
 *
 * @param job the job whose outputs to keep
 * @param attempt which attempt of it; the one that succeeded unless told
 * @param path the folder (or file) among the outputs or in the archive that is the model; {@code model} for jobs and
 *     everything for uploads unless told
 * @param upload the uploaded archive
 * @param requirements what the model needs to be loaded; those of the job, or a {@code requirements.txt} beside the
 *     model, unless told
 */
public record RegisterVersion(
        @Nullable Name job,
        @Nullable Integer attempt,
        @Nullable UUID upload,
        @Nullable String path,
        @Nullable String description,
        @Nullable Map<String, String> tags,
        @Nullable List<String> requirements) {

    NewVersion read() {
        return new NewVersion(origin(), description, tags, requirements, NewVersion.Told.NOTHING);
    }

    private VersionOrigin origin() {
        if (job != null && upload == null) {
            return new VersionOrigin.OfJob(job, attempt, path == null ? "model" : path);
        }
        if (upload != null && job == null) {
            return new VersionOrigin.OfUpload(upload, path == null ? "" : path);
        }
        throw new Refusal.Invalid("invalid-version-source", "job", "give either \"job\" or \"upload\", and not both");
    }
}
