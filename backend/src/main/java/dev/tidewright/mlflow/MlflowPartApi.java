package dev.tidewright.mlflow;

import dev.tidewright.artifacts.PartUploads;
import dev.tidewright.kernel.Ids;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.support.ServletUriComponentsBuilder;

/**
 * Files in parts, for clients that ask for it ({@code MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD}, {@code …_DOWNLOAD}). They send
 * parts with no other headers than they are told, so they are told their own: each part is authorized as every call is.
 */
@RestController
@RequestMapping("/api/2.0/mlflow-artifacts")
class MlflowPartApi {

    private final PartUploads uploads;
    private final ArtifactAccess places;

    MlflowPartApi(PartUploads uploads, ArtifactAccess places) {
        this.uploads = uploads;
        this.places = places;
    }

    @PostMapping("/mpu/create/{*folder}")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Begun create(
            @InWorkspace Name ns,
            @PathVariable String folder,
            @RequestBody Create command,
            HttpServletRequest request) {
        var place = places.writable(ns, file(folder, command.path()));
        var parts = Given.required("num_parts", command.numParts());
        var id = uploads.begin(ns, place.owner(), place.path(), parts);
        var headers = own(ns, request);
        var credentials = IntStream.rangeClosed(1, parts)
                .mapToObj(number -> new Credential(
                        here("/api/2.0/mlflow-artifacts/mpu/parts/" + Ids.hex(id) + "/" + number), number, headers))
                .toList();
        return new Begun(Ids.hex(id), credentials);
    }

    @PutMapping("/mpu/parts/{upload}/{number}")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    ResponseEntity<Void> put(
            @InWorkspace Name ns, @PathVariable String upload, @PathVariable int number, HttpServletRequest request)
            throws IOException {
        var etag = uploads.put(
                ns, Given.id("upload", "", upload), number, request.getInputStream(), request.getContentLengthLong());
        return ResponseEntity.ok().eTag(etag).build();
    }

    @PostMapping("/mpu/complete/{*folder}")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty complete(@InWorkspace Name ns, @PathVariable String folder, @RequestBody Complete command) {
        var place = places.writable(ns, file(folder, command.path()));
        var parts = Given.all(command.parts()).stream()
                .map(part -> new PartUploads.Part(
                        Given.required("part_number", part.partNumber()), Given.required("etag", part.etag())))
                .toList();
        uploads.complete(ns, id(command.uploadId()), parts, place.owner(), place.path());
        return Empty.DONE;
    }

    @PostMapping("/mpu/abort/{*folder}")
    @PreAuthorize("@access.mayTrack(#ns, 'EDITOR')")
    Empty abort(@InWorkspace Name ns, @PathVariable String folder, @RequestBody Abort command) {
        places.writable(ns, file(folder, command.path()));
        uploads.abort(ns, id(command.uploadId()));
        return Empty.DONE;
    }

    /** Where a file can be read in ranges, by several readers at once: where it is read as a whole, too. */
    @GetMapping("/presigned/{*path}")
    @PreAuthorize("@access.mayTrack(#ns, 'VIEWER')")
    Presigned presigned(@InWorkspace Name ns, @PathVariable String path, HttpServletRequest request) {
        var file = places.file(ns, path.substring(1));
        var there = ServletUriComponentsBuilder.fromCurrentContextPath()
                .path("/api/2.0/mlflow-artifacts/artifacts" + path)
                .build()
                .encode()
                .toUriString();
        return new Presigned(there, own(ns, request), file.size());
    }

    private static UUID id(@Nullable String upload) {
        return Given.id("upload", "", Given.required("upload_id", upload));
    }

    /** Clients name the file by its path on their machine. */
    private static String file(String folder, @Nullable String local) {
        var name = Given.required("path", local);
        if (name.indexOf(';') >= 0) {
            throw new Refusal.Invalid(
                    "invalid-path", "path", "path has a semicolon: nothing could read such a file by its address");
        }
        return folder.substring(1) + "/" + name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    }

    private static String here(String path) {
        return ServletUriComponentsBuilder.fromCurrentContextPath().path(path).toUriString();
    }

    /** Nothing that the caller has not just sent. */
    private static Map<String, String> own(Name ns, HttpServletRequest request) {
        var headers = new LinkedHashMap<String, String>();
        var authorization = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (authorization != null) {
            headers.put(HttpHeaders.AUTHORIZATION, authorization);
        }
        headers.put(Workspaces.HEADER, ns.value());
        return headers;
    }

    record Create(@Nullable String path, @Nullable Integer numParts) {}

    record Complete(
            @Nullable String path,
            @Nullable String uploadId,
            @Nullable List<NamedPart> parts) {}

    record NamedPart(
            @Nullable Integer partNumber,
            @Nullable String etag,
            @Nullable String url) {}

    record Abort(@Nullable String path, @Nullable String uploadId) {}

    record Begun(String uploadId, List<Credential> credentials) {}

    record Credential(String url, int partNumber, Map<String, String> headers) {}

    record Presigned(String url, Map<String, String> headers, long fileSize) {}
}
