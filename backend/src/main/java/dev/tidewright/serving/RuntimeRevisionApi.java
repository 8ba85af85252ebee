package dev.tidewright.serving;

import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.catalog.Catalog;
import dev.tidewright.catalog.ModelName;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Scalar;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamResource;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the launcher in a replica asks for; every call with the token of its own revision. */
@RestController
@RequestMapping("/api/v1/runtime/revisions/{revisionId}")
class RuntimeRevisionApi {

    private final EndpointViews views;
    private final Artifacts artifacts;
    private final Catalog catalog;

    RuntimeRevisionApi(EndpointViews views, Artifacts artifacts, Catalog catalog) {
        this.views = views;
        this.artifacts = artifacts;
        this.catalog = catalog;
    }

    @GetMapping
    @PreAuthorize("@access.workload('revision', #revisionId)")
    Work work(@PathVariable UUID revisionId) {
        var content = views.content(revisionId);
        var serves = content.spec().serves();
        var model = serves.model();
        var source = serves.source();
        return new Work(
                content.endpoint(),
                content.namespace(),
                content.number(),
                model == null ? null : new ModelWork(model.name(), model.version(), files(model)),
                source == null
                        ? null
                        : new SourceWork(source.kind(), source.fileName(), source.digest(), source.size()),
                serves.command().isEmpty() ? null : serves.command(),
                serves.entryPoint(),
                requirements(content.spec(), model),
                content.spec().parameters(),
                model == null ? null : "python");
    }

    @GetMapping("/files/{*path}")
    @PreAuthorize("@access.workload('revision', #revisionId)")
    ResponseEntity<InputStreamResource> file(@PathVariable UUID revisionId, @PathVariable String path) {
        var model = views.content(revisionId).spec().serves().model();
        var wanted = path.startsWith("/") ? path.substring(1) : path;
        if (model == null) {
            throw new Refusal.NotFound("file", wanted);
        }
        var owner = catalog.version(model.versionId()).artifacts();
        return bytes(artifacts.find(owner, wanted).orElseThrow(() -> new Refusal.NotFound("file", wanted)));
    }

    @GetMapping("/source")
    @PreAuthorize("@access.workload('revision', #revisionId)")
    ResponseEntity<InputStreamResource> source(@PathVariable UUID revisionId) {
        views.content(revisionId);
        return bytes(artifacts.list(RevisionMaker.source(revisionId)).stream()
                .findFirst()
                .orElseThrow(() -> new Refusal.NotFound("source", revisionId)));
    }

    /** What a replica is to do. */
    record Work(
            Name endpoint,
            Name namespace,
            int revision,
            @Nullable ModelWork model,
            @Nullable SourceWork source,
            @Nullable List<String> command,
            @Nullable String entryPoint,
            @Nullable List<String> requirements,
            Map<String, Scalar> parameters,
            @Nullable String runtime) {}

    /** The model to load. */
    record ModelWork(ModelName name, int version, List<FileWork> files) {}

    /** One file of a model. */
    record FileWork(String path, String digest, long size) {}

    /** The source to run. */
    record SourceWork(String kind, String fileName, String digest, long size) {}

    private List<FileWork> files(Served.Model model) {
        return artifacts.list(catalog.version(model.versionId()).artifacts()).stream()
                .map(file -> new FileWork(file.path(), file.digest().value(), file.size()))
                .toList();
    }

    /** What the user asked for, else what the model was trained with; null: the source brings its own. */
    private @Nullable List<String> requirements(RevisionSpec spec, Served.@Nullable Model model) {
        if (!spec.requirements().isEmpty()) {
            return spec.requirements();
        }
        var brought = model == null
                ? List.<String>of()
                : catalog.version(model.versionId()).requirements();
        return brought.isEmpty() ? null : brought;
    }

    private ResponseEntity<InputStreamResource> bytes(Stored file) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .contentLength(file.size())
                .header("X-Content-Digest", file.digest().value())
                .body(new InputStreamResource(artifacts.open(file)));
    }
}
