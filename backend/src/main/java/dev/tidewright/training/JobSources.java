package dev.tidewright.training;

import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Uploads;
import dev.tidewright.catalog.Catalog;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.training.JobSpec.JobSource;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What a job has elsewhere: its source and files in {@code artifacts}, its run in {@code tracking}. */
@Component
class JobSources {

    private final Artifacts artifacts;
    private final Uploads uploads;
    private final Catalog catalog;
    private final JobSpecs specs;
    private final JobRuns runs;

    JobSources(Artifacts artifacts, Uploads uploads, Catalog catalog, JobSpecs specs, JobRuns runs) {
        this.artifacts = artifacts;
        this.uploads = uploads;
        this.catalog = catalog;
        this.specs = specs;
        this.runs = runs;
    }

    /** Owner of a job's source. */
    static ArtifactOwner source(UUID job) {
        return new ArtifactOwner("job-source", job);
    }

    /** Owner of what an attempt leaves behind. */
    static ArtifactOwner outputs(UUID attempt) {
        return new ArtifactOwner("job-attempt", attempt);
    }

    /** Owner of an attempt's log, apart from its outputs. */
    static ArtifactOwner log(UUID attempt) {
        return new ArtifactOwner("job-log", attempt);
    }

    /** Where a source lies that a new job is to get. */
    record Origin(
            @Nullable JobSource source,
            @Nullable UUID upload,
            @Nullable UUID earlier,
            @Nullable Name rerunOf) {
        Origin after(Name name) {
            return new Origin(source, upload, earlier, name);
        }
    }

    JobSpec spec(Name namespace, SubmitJob command, Origin origin) {
        return specs.of(namespace, command, origin.source());
    }

    Origin uploaded(Name namespace, SubmitJob.@Nullable Source asked) {
        if (asked == null) {
            return new Origin(null, null, null, null);
        }
        if (asked.upload() == null || asked.upload().isBlank()) {
            throw new Refusal.Invalid("unknown-upload", "source.upload", "say which upload, or leave the source out");
        }
        var id = uploadId(asked.upload());
        try {
            var upload = uploads.require(namespace, id);
            var kind = upload.kind().name().toLowerCase(Locale.ROOT);
            var source = new JobSource(kind, upload.fileName(), upload.digest().value(), upload.size());
            return new Origin(source, id, null, null);
        } catch (Refusal.NotFound gone) {
            throw noUpload(asked.upload());
        }
    }

    Origin of(TrainingJob earlier) {
        return new Origin(earlier.spec().source(), null, earlier.id(), earlier.name());
    }

    void keep(TrainingJob job, Origin origin) {
        if (origin.upload() != null) {
            uploads.take(job.namespace(), origin.upload(), source(job.id()));
        } else if (origin.earlier() != null && origin.source() != null) {
            artifacts.copy(job.namespace(), source(origin.earlier()), source(job.id()), "");
        }
    }

    void startRun(TrainingJob job, Actor actor) {
        runs.start(job, actor);
    }

    /** An attempt has ended: what it has begun is over, and with the job's last one the job's run too. */
    void recordEnd(TrainingJob job) {
        runs.end(job);
    }

    void requireUnused(TrainingJob job) {
        var versions = catalog.versionsMadeBy(job.id());
        if (!versions.isEmpty()) {
            throw new Refusal.Conflict(
                    "job-in-use",
                    "job \"" + job.name() + "\" has made model version " + String.join(", ", versions)
                            + ": delete these versions first",
                    versions.stream()
                            .map(version -> new Refusal.FieldError(job.name().value(), "model version " + version))
                            .toList());
        }
    }

    void deleteFiles(TrainingJob job) {
        artifacts.delete(source(job.id()));
        for (var attempt : job.attempts()) {
            artifacts.delete(outputs(attempt.id()));
            artifacts.delete(log(attempt.id()));
        }
    }

    private static UUID uploadId(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException malformed) {
            throw noUpload(text);
        }
    }

    private static Refusal noUpload(String text) {
        return new Refusal.Invalid(
                "unknown-upload",
                "source.upload",
                "there is no upload \"" + dev.tidewright.kernel.Text.shortened(text, 60)
                        + "\" in this namespace (they are kept for a day): upload the source again");
    }
}
