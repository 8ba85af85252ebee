package dev.tidewright.catalog;

import dev.tidewright.artifacts.ArtifactDownload;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Slice;
import dev.tidewright.tenancy.Access;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.Valid;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Versions of models, and their files. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/models/{model}/versions")
class VersionApi {

    private final Catalog catalog;
    private final VersionService versions;
    private final DryRun dryRun;
    private final Artifacts artifacts;
    private final ArtifactDownload download;
    private final Access access;

    VersionApi(
            Catalog catalog,
            VersionService versions,
            DryRun dryRun,
            Artifacts artifacts,
            ArtifactDownload download,
            Access access) {
        this.catalog = catalog;
        this.versions = versions;
        this.dryRun = dryRun;
        this.artifacts = artifacts;
        this.download = download;
        this.access = access;
    }

    @PostMapping
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    ResponseEntity<Resource<VersionSpec, VersionState>> register(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @Valid @RequestBody RegisterVersion command,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        var view = this.dryRun.perhaps(dryRun, () -> versions.register(ns, model, command, access.actor()));
        var version = VersionState.resource(view, List.of());
        var place = "/api/v1/namespaces/" + ns + "/models/" + model.inPath() + "/versions/" + view.number();
        return (dryRun ? ResponseEntity.ok() : ResponseEntity.created(URI.create(place)))
                .eTag(version.entityTag())
                .body(version);
    }

    @GetMapping
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<Resource<VersionSpec, VersionState>> list(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @RequestParam(required = false) @Nullable List<String> tag,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        return catalog.versions(ns, model, ModelQuery.tags(tag), cursor, Limit.of(limit))
                .map(version -> VersionState.resource(version, catalog.usersOf(version)));
    }

    @GetMapping("/{number:[0-9]{1,9}}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    ResponseEntity<Resource<VersionSpec, VersionState>> show(
            @PathVariable Name ns, @PathVariable ModelName model, @PathVariable int number) {
        return answer(catalog.version(ns, model, number));
    }

    @PatchMapping("/{number:[0-9]{1,9}}")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    ResponseEntity<Resource<VersionSpec, VersionState>> change(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @PathVariable int number,
            @Valid @RequestBody ChangeLabels command,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        return answer(this.dryRun.perhaps(
                dryRun, () -> versions.change(ns, model, number, command, ifMatch, access.actor())));
    }

    /** Answers the version as it is afterwards: its number stays taken. */
    @DeleteMapping("/{number:[0-9]{1,9}}")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    ResponseEntity<Resource<VersionSpec, VersionState>> delete(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @PathVariable int number,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        return answer(this.dryRun.perhaps(dryRun, () -> {
            versions.delete(ns, model, number, ifMatch, access.actor());
            return catalog.version(ns, model, number);
        }));
    }

    @GetMapping("/{number:[0-9]{1,9}}/artifacts")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<FileView> files(@PathVariable Name ns, @PathVariable ModelName model, @PathVariable int number) {
        var files = artifacts.list(catalog.version(ns, model, number).artifacts());
        return new Slice<>(files.stream().map(FileView::of).toList(), null);
    }

    @GetMapping("/{number:[0-9]{1,9}}/artifacts/{*path}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    void file(
            @PathVariable Name ns,
            @PathVariable ModelName model,
            @PathVariable int number,
            @PathVariable String path,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        download.write(catalog.version(ns, model, number).artifacts(), path.substring(1), request, response);
    }

    private ResponseEntity<Resource<VersionSpec, VersionState>> answer(VersionView view) {
        var version = VersionState.resource(view, catalog.usersOf(view));
        return ResponseEntity.ok().eTag(version.entityTag()).body(version);
    }

    /** One file of a version. */
    record FileView(String path, String digest, long size, String mediaType) {
        static FileView of(Stored file) {
            return new FileView(file.path(), file.digest().value(), file.size(), file.mediaType());
        }
    }
}
