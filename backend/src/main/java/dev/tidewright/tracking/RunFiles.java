package dev.tidewright.tracking;

import dev.tidewright.artifacts.ArtifactOwner;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** What a run has stored as one tree: its own files, and below {@code models/} those of the models that it wrote. */
@Component
public class RunFiles {

    private static final String MODELS = "models/";

    private final Artifacts artifacts;
    private final LoggedModelService models;

    RunFiles(Artifacts artifacts, LoggedModelService models) {
        this.artifacts = artifacts;
        this.models = models;
    }

    /** Whose the files are that a run has stored itself. */
    public static ArtifactOwner ofRun(UUID run) {
        return new ArtifactOwner("run", run);
    }

    /** Whose the files of a logged model are. */
    public static ArtifactOwner ofModel(UUID model) {
        return new ArtifactOwner("logged-model", model);
    }

    /**
     * One file.
     *
     * @param path in the tree
     */
    public record RunFile(String path, Stored stored) {}

    /** All files of a run of this namespace. */
    public List<RunFile> of(Name namespace, UUID run) {
        var files = new ArrayList<RunFile>();
        artifacts.list(ofRun(run)).forEach(file -> files.add(new RunFile(file.path(), file)));
        for (var model : models.of(namespace, List.of(run))) {
            artifacts
                    .list(ofModel(model.id()))
                    .forEach(file -> files.add(new RunFile(folder(model) + "/" + file.path(), file)));
        }
        return List.copyOf(files);
    }

    /** The folder of a model in the tree; names of models need not be unique. */
    public static String folder(LoggedModel model) {
        return MODELS + model.name() + "-" + model.id().toString().substring(24);
    }

    /** One file by its path in the tree, or refuses. */
    public Stored require(Name namespace, UUID run, String path) {
        return of(namespace, run).stream()
                .filter(file -> file.path().equals(path))
                .findFirst()
                .map(RunFile::stored)
                .orElseThrow(() -> new Refusal.NotFound("file", path));
    }
}
