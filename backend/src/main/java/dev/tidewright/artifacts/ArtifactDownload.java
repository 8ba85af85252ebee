package dev.tidewright.artifacts;

import dev.tidewright.kernel.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * Answers a request with the bytes of a file, by stream. Whoever calls it has decided that the caller may read the file.
 * A browser saves what it gets, it never shows it: the bytes are somebody else's.
 */
@Component
public class ArtifactDownload {

    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    private final Artifacts artifacts;

    ArtifactDownload(Artifacts artifacts) {
        this.artifacts = artifacts;
    }

    /** Writes the whole response: 200, 206 for one range, 304 or 416. */
    public void write(ArtifactOwner owner, String path, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        write(artifacts.find(owner, path).orElseThrow(() -> new Refusal.NotFound("file", path)), request, response);
    }

    /** Writes the whole response: 200, 206 for one range, 304 or 416. */
    public void write(Stored file, HttpServletRequest request, HttpServletResponse response) throws IOException {
        var tag = "\"" + file.digest() + "\"";
        response.setHeader(HttpHeaders.ETAG, tag);
        response.setHeader(HttpHeaders.ACCEPT_RANGES, "bytes");
        response.setHeader(HttpHeaders.CACHE_CONTROL, "private, no-cache");
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("Content-Security-Policy", "default-src 'none'; sandbox");
        response.setHeader("X-Content-Digest", file.digest().value());
        if (matches(request.getHeader(HttpHeaders.IF_NONE_MATCH), tag)) {
            response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
            return;
        }
        var span = span(request, tag, file.size());
        if (span == null) {
            response.setStatus(HttpServletResponse.SC_REQUESTED_RANGE_NOT_SATISFIABLE);
            response.setHeader(HttpHeaders.CONTENT_RANGE, "bytes */" + file.size());
            return;
        }
        if (span.part()) {
            response.setStatus(HttpServletResponse.SC_PARTIAL_CONTENT);
            response.setHeader(
                    HttpHeaders.CONTENT_RANGE,
                    "bytes " + span.offset() + "-" + (span.offset() + span.length() - 1) + "/" + file.size());
        }
        response.setContentType(file.mediaType());
        response.setContentLengthLong(span.length());
        response.setHeader(
                HttpHeaders.CONTENT_DISPOSITION,
                ContentDisposition.attachment()
                        .filename(file.fileName(), StandardCharsets.UTF_8)
                        .build()
                        .toString());
        if (!request.getMethod().equals("HEAD")) {
            try (var bytes = artifacts.open(file, span.offset(), span.length())) {
                bytes.transferTo(response.getOutputStream());
            }
        }
    }

    private static boolean matches(@Nullable String header, String tag) {
        if (header == null) {
            return false;
        }
        for (var candidate : header.split(",", -1)) {
            var asked = candidate.strip();
            if (asked.equals("*") || asked.equals(tag) || asked.equals("W/" + tag)) {
                return true;
            }
        }
        return false;
    }

    /** What to send; null when the range lies outside of the file. Several ranges, or nonsense, are answered whole. */
    private static @Nullable Span span(HttpServletRequest request, String tag, long size) {
        var whole = new Span(0, size, false);
        var header = request.getHeader(HttpHeaders.RANGE);
        var only = request.getHeader(HttpHeaders.IF_RANGE);
        if (header == null || (only != null && !only.strip().equals(tag))) {
            return whole;
        }
        var range = RANGE.matcher(header.strip());
        if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
            return whole;
        }
        if (range.group(1).isEmpty()) {
            var last = Math.min(size, Long.parseLong(range.group(2)));
            return last == 0 ? null : new Span(size - last, last, true);
        }
        var first = Long.parseLong(range.group(1));
        var last = range.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(range.group(2)));
        if (!range.group(2).isEmpty() && Long.parseLong(range.group(2)) < first) {
            return whole;
        }
        return first >= size ? null : new Span(first, last - first + 1, true);
    }

    private record Span(long offset, long length, boolean part) {}
}
