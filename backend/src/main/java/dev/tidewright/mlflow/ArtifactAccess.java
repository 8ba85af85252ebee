package dev.tidewright.mlflow;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.catalog.Catalog;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tracking.LoggedModelService;
import dev.tidewright.tracking.RunService;
import org.springframework.stereotype.Component;

/** Finds what an address of a file means in a namespace; what belongs to another one is not there. */
@Component
class ArtifactAccess {

    private final Artifacts artifacts;
    private final RunService runs;
    private final LoggedModelService models;
    private final Catalog catalog;

    ArtifactAccess(Artifacts artifacts, RunService runs, LoggedModelService models, Catalog catalog) {
        this.artifacts = artifacts;
        this.runs = runs;
        this.models = models;
        this.catalog = catalog;
    }

    ArtifactPlace readable(Name ns, String path) {
        var place = ArtifactPlace.parse(ns, path);
        switch (place.owned()) {
            case RUN -> runs.requirePresent(ns, place.id());
            case LOGGED_MODEL -> models.require(ns, place.id());
            case VERSION -> catalog.ready(ns, place.id());
        }
        return place;
    }

    ArtifactPlace writable(Name ns, String path) {
        var place = ArtifactPlace.parse(ns, path);
        switch (place.owned()) {
            case RUN -> runs.requireActive(ns, place.id());
            case LOGGED_MODEL -> models.require(ns, place.id());
            case VERSION -> {
                catalog.ready(ns, place.id());
                throw new Refusal.Invalid(
                        "version-content",
                        "path",
                        "the files of a version never change: log another model and register it");
            }
        }
        return place;
    }

    /** A file, not a folder, or refuses. */
    Stored file(Name ns, String path) {
        var place = readable(ns, path);
        if (!place.path().isEmpty()) {
            var found = artifacts.find(place.owner(), place.path());
            if (found.isPresent()) {
                return found.get();
            }
        }
        throw new Refusal.NotFound("artifact", path);
    }
}
