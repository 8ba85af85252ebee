package dev.tidewright.training;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.preview.Notebooks;
import dev.tidewright.preview.Preview;
import dev.tidewright.preview.Previews;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** What an attempt left behind, and as much of one file as a page can show. */
@Component
class JobFiles {

    private final Artifacts artifacts;
    private final Previews previews;

    JobFiles(Artifacts artifacts, Previews previews) {
        this.artifacts = artifacts;
        this.previews = previews;
    }

    List<Stored> of(JobState job, @Nullable Integer attempt) {
        return job.attempt(attempt)
                .map(found -> artifacts.list(JobSources.outputs(found.id())))
                .orElse(List.of());
    }

    Preview preview(JobState job, @Nullable Integer attempt, String path) {
        return of(job, attempt).stream()
                .filter(one -> one.path().equals(path))
                .findFirst()
                .map(previews::of)
                .orElseThrow(() -> new Refusal.NotFound("file", path));
    }

    /** The notebook of this name; without one, the first that the attempt kept. */
    Stored notebook(JobState job, @Nullable Integer attempt, @Nullable String path) {
        return of(job, attempt).stream()
                .filter(file -> path == null
                        ? Notebooks.isNotebook(file.path())
                        : file.path().equals(path))
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("notebook", path == null ? "of " + job.name() : path));
    }
}
