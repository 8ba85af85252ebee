package dev.tidewright.catalog;

import static java.util.Objects.requireNonNull;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the next version of a model from what a job has left behind, from an uploaded archive, or from what a run has
 * logged.
 *
 * @param job the job whose outputs to keep
 * @param attempt which attempt of it; the one that succeeded unless told
 * @param path the folder (or file) among the outputs or in the archive that is the model; {@code model} for jobs and
 *     runs, and everything for the others, unless told
 * @param upload the uploaded archive
 * @param run the run that logged the files; {@code path} says which of them
 * @param loggedModel the model that a run has written by a client of MLflow 3
 * @param requirements what the model needs to be loaded; those of the job, or a {@code requirements.txt} beside the
 *     model, unless told
 */
public record RegisterVersion(
        @Nullable Name job,
        @Nullable Integer attempt,
        @Nullable UUID upload,
        @Nullable UUID run,
        @Nullable UUID loggedModel,
        @Nullable String path,
        @Nullable String description,
        @Nullable Map<String, String> tags,
        @Nullable List<String> requirements) {

    NewVersion read() {
        return new NewVersion(origin(), description, tags, requirements, NewVersion.Told.NOTHING);
    }

    private VersionOrigin origin() {
        if (Stream.of(job, upload, run, loggedModel).filter(Objects::nonNull).count() != 1) {
            throw new Refusal.Invalid(
                    "invalid-version-source",
                    "job",
                    "give one of \"job\", \"upload\", \"run\" and \"loggedModel\", and not two");
        }
        if (job != null) {
            return new VersionOrigin.OfJob(job, attempt, path == null ? "model" : path);
        }
        if (run != null) {
            return new VersionOrigin.OfRun(run, path == null ? "model" : path);
        }
        return loggedModel != null
                ? new VersionOrigin.OfLoggedModel(loggedModel, path == null ? "" : path)
                : new VersionOrigin.OfUpload(requireNonNull(upload), path == null ? "" : path);
    }
}
