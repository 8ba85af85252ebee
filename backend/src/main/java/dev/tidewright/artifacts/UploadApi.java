package dev.tidewright.artifacts;

import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tenancy.Access;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** Sources on their way in. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/uploads")
class UploadApi {

    private final Uploads uploads;
    private final Access access;

    UploadApi(Uploads uploads, Access access) {
        this.uploads = uploads;
        this.access = access;
    }

    /** The body is the file; it is taken by stream and never held in memory. */
    @PostMapping(consumes = "!" + MediaType.MULTIPART_FORM_DATA_VALUE)
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    @ResponseStatus(HttpStatus.CREATED)
    UploadView upload(
            @PathVariable Name ns,
            @RequestParam String fileName,
            @RequestHeader(name = "X-Content-Digest", required = false) @Nullable String digest,
            HttpServletRequest request)
            throws IOException {
        var type = String.valueOf(request.getContentType());
        if (type.startsWith(MediaType.APPLICATION_FORM_URLENCODED_VALUE)) {
            // The server has read it as a form by now. It is what curl says when nobody tells it otherwise.
            throw new Refusal.Malformed(
                    "form-encoded",
                    "Content-Type",
                    "a file is no form: send it with Content-Type: application/octet-stream");
        }
        return UploadView.of(uploads.receive(
                ns, fileName, request.getInputStream(), request.getContentLengthLong(), digest, access.actor()));
    }

    /** The same for forms: one part called {@code file}. */
    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    @ResponseStatus(HttpStatus.CREATED)
    UploadView uploadForm(
            @PathVariable Name ns,
            @RequestParam(required = false) @Nullable String fileName,
            @RequestParam(required = false) @Nullable MultipartFile file)
            throws IOException {
        if (file == null) {
            throw new Refusal.Malformed(
                    "missing-parameter",
                    "file",
                    "the form has no part \"file\": send one, or the file itself as the body");
        }
        var name = fileName == null ? file.getOriginalFilename() : fileName;
        if (name == null || name.isBlank()) {
            throw new Refusal.Invalid("invalid-path", "file", "the part \"file\" has no file name: choose a file");
        }
        try (var body = file.getInputStream()) {
            return UploadView.of(uploads.receive(ns, name, body, file.getSize(), null, access.actor()));
        }
    }

    @GetMapping("/{id}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    UploadView show(@PathVariable Name ns, @PathVariable UUID id) {
        return UploadView.of(uploads.require(ns, id));
    }

    /** What was understood of a file. */
    record UploadView(UUID id, String fileName, SourceKind kind, Digest digest, long size) {
        static UploadView of(Upload upload) {
            return new UploadView(upload.id(), upload.fileName(), upload.kind(), upload.digest(), upload.size());
        }
    }
}
