package dev.tidewright.mlflow;

import dev.tidewright.artifacts.ArtifactDownload;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.kernel.Name;
import dev.tidewright.tracking.LoggedModelService;
import dev.tidewright.tracking.RunService;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The files of runs and logged models, by stream in both directions; those of versions, to be read. */
@RestController
@RequestMapping("/api/2.0")
class MlflowArtifactApi {

    private final Artifacts artifacts;
    private final ArtifactDownload download;
    private final RunService runs;
    private final LoggedModelService models;
    private final ArtifactAccess places;

    MlflowArtifactApi(
            Artifacts artifacts,
            ArtifactDownload download,
            RunService runs,
            LoggedModelService models,
            ArtifactAccess places) {
        this.artifacts = artifacts;
        this.download = download;
        this.runs = runs;
        this.models = models;
        this.places = places;
    }

    @PutMapping("/mlflow-artifacts/artifacts/{*path}")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty put(@InWorkspace Name ns, @PathVariable String path, HttpServletRequest request) throws IOException {
        var place = places.writable(ns, path.substring(1));
        artifacts.store(
                ns,
                place.owner(),
                place.path(),
                request.getInputStream(),
                request.getContentLengthLong(),
                null,
                request.getContentType());
        return Empty.DONE;
    }

    @GetMapping("/mlflow-artifacts/artifacts/{*path}")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    void get(@InWorkspace Name ns, @PathVariable String path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        download.write(places.file(ns, path.substring(1)), request, response);
    }

    @DeleteMapping("/mlflow-artifacts/artifacts/{*path}")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty delete(@InWorkspace Name ns, @PathVariable String path) {
        var place = places.writable(ns, path.substring(1));
        artifacts.delete(place.owner(), place.path());
        return Empty.DONE;
    }

    /** What lies directly in a folder, by names relative to it. */
    @GetMapping("/mlflow-artifacts/artifacts")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Listing list(@InWorkspace Name ns, @RequestParam String path) {
        return new Listing(null, files(places.readable(ns, path), ""));
    }

    /** The same for a run, by names relative to the run, as pages and other languages' clients ask. */
    @GetMapping("/mlflow/artifacts/list")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Listing listOfRun(
            @InWorkspace Name ns,
            @RequestParam(name = "run_id", required = false) @Nullable String runId,
            @RequestParam(name = "run_uuid", required = false) @Nullable String runUuid,
            @RequestParam(required = false) @Nullable String path) {
        UUID id = Given.run(runId, runUuid);
        var run = runs.read(ns, id).run();
        var place = ArtifactPlace.below(ArtifactPlace.Owner.RUN, id, path);
        return listing(ArtifactPlace.ofRun(run.experiment(), id), place);
    }

    /** The same for a logged model. */
    @GetMapping("/mlflow/logged-models/{id}/artifacts/directories")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Listing listOfModel(
            @InWorkspace Name ns,
            @PathVariable String id,
            @RequestParam(name = "artifact_directory_path", required = false) @Nullable String path) {
        var model = models.require(ns, LoggedModelOnWire.id(id));
        var place = ArtifactPlace.below(ArtifactPlace.Owner.LOGGED_MODEL, model.id(), path);
        return listing(ArtifactPlace.ofModel(model.experiment(), model.id()), place);
    }

    private Listing listing(String root, ArtifactPlace place) {
        return new Listing(root, files(place, place.path().isEmpty() ? "" : place.path() + "/"));
    }

    private List<Entry> files(ArtifactPlace place, String prefix) {
        var below = place.path().isEmpty() ? "" : place.path() + "/";
        var entries = new TreeMap<String, Entry>();
        for (var file : artifacts.list(place.owner())) {
            if (file.path().startsWith(below)) {
                var rest = file.path().substring(below.length());
                var slash = rest.indexOf('/');
                var name = slash < 0 ? rest : rest.substring(0, slash);
                entries.putIfAbsent(name, new Entry(prefix + name, slash >= 0, slash < 0 ? file.size() : null));
            }
        }
        return List.copyOf(entries.values());
    }

    record Listing(@Nullable String rootUri, List<Entry> files) {}

    record Entry(String path, boolean isDir, @Nullable Long fileSize) {}
}
