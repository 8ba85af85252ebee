package dev.tidewright.tracking;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.artifacts.ArtifactDownload;
import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Resource.Metadata;
import dev.tidewright.kernel.Slice;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What was recorded, for reading. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/runs")
class RunApi {

    private final Tracking tracking;
    private final RunFiles files;
    private final ArtifactDownload download;

    RunApi(Tracking tracking, RunFiles files, ArtifactDownload download) {
        this.tracking = tracking;
        this.files = files;
        this.download = download;
    }

    @GetMapping
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<Resource<RunSpec, RunState>> list(
            @PathVariable Name ns,
            @RequestParam(required = false) @Nullable RunStatus status,
            @RequestParam(required = false) @Nullable String job,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(required = false) @Nullable String cursor) {
        var page = tracking.list(ns, status, job, cursor, Limit.of(limit));
        var latest = tracking.latest(page.items().stream().map(RunView::id).toList());
        return page.map(run -> resource(run, latest.getOrDefault(run.id(), List.of()), null));
    }

    @GetMapping("/{id}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    ResponseEntity<Resource<RunSpec, RunState>> show(@PathVariable Name ns, @PathVariable UUID id) {
        var run = resource(tracking.require(ns, id), tracking.metrics(id), tracking.params(id));
        return ResponseEntity.ok().eTag(run.entityTag()).body(run);
    }

    /** The last value of every metric. */
    @GetMapping("/{id}/metrics")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<Latest> metrics(@PathVariable Name ns, @PathVariable UUID id) {
        tracking.require(ns, id);
        return Slice.whole(tracking.metrics(id));
    }

    /** The history of one metric; its key may have slashes. */
    @GetMapping("/{id}/metrics/{*key}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Series series(
            @PathVariable Name ns,
            @PathVariable UUID id,
            @PathVariable String key,
            @RequestParam(defaultValue = "1000") int maxPoints) {
        tracking.require(ns, id);
        return tracking.series(id, key.substring(1), maxPoints);
    }

    /** What the run has stored, and the files of the models that it wrote. */
    @GetMapping("/{id}/artifacts")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Files artifacts(@PathVariable Name ns, @PathVariable UUID id) {
        tracking.require(ns, id);
        return new Files(files.of(ns, id).stream()
                .map(file -> new FileView(
                        file.path(),
                        file.stored().size(),
                        file.stored().digest().value(),
                        file.stored().mediaType(),
                        file.stored().storedAt()))
                .toList());
    }

    @GetMapping("/{id}/artifacts/{*path}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    void artifact(
            @PathVariable Name ns,
            @PathVariable UUID id,
            @PathVariable String path,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        tracking.require(ns, id);
        download.write(files.require(ns, id, path.substring(1)), request, response);
    }

    private static Resource<RunSpec, RunState> resource(
            RunView run, List<Latest> metrics, @Nullable Map<String, String> params) {
        var values = metrics.stream().collect(Collectors.toMap(Latest::key, Function.identity()));
        return Resource.of(
                "Run",
                new Metadata(
                        run.name(),
                        run.namespace().value(),
                        run.id(),
                        Map.of(),
                        run.version(),
                        run.startedAt(),
                        run.createdBy()),
                new RunSpec(run.source(), params, run.tags()),
                new RunState(run.status(), run.reason(), run.startedAt(), run.endedAt(), values));
    }

    /**
     * What a run was given.
     *
     * @param parameters left out in lists
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RunSpec(@Nullable RunSource source, @Nullable Map<String, String> parameters, Map<String, String> tags) {}

    /** How it goes. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RunState(
            RunStatus phase,
            String reason,
            Instant startedAt,
            @Nullable Instant endedAt,
            Map<String, Latest> metrics) {}

    record Files(List<FileView> items) {}

    /**
     * A file.
     *
     * @param path below {@code models/<name>-<id>/} for those of a model that the run wrote
     * @param size bytes
     */
    record FileView(String path, long size, String digest, String mediaType, Instant storedAt) {}
}
