package dev.tidewright.training;

import dev.tidewright.artifacts.ArtifactDownload;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.tracking.MetricPoint;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the launcher of a job calls. Its token is good for its own job only. */
@RestController
@RequestMapping("/api/v1/runtime/jobs/{jobId}")
class RuntimeJobApi {

    private static final Set<String> PHASES = Set.of("FETCHING", "BUILDING_ENVIRONMENT", "RUNNING", "UPLOADING");

    private final RuntimeService runtime;
    private final Artifacts artifacts;
    private final ArtifactDownload download;
    private final InstantSource clock;

    RuntimeJobApi(RuntimeService runtime, Artifacts artifacts, ArtifactDownload download, InstantSource clock) {
        this.runtime = runtime;
        this.artifacts = artifacts;
        this.download = download;
        this.clock = clock;
    }

    @GetMapping("/attempts/{number}")
    @PreAuthorize("@access.workload('job', #jobId)")
    RuntimeService.Task task(@PathVariable UUID jobId, @PathVariable int number) {
        return runtime.task(jobId, number);
    }

    @GetMapping("/source")
    @PreAuthorize("@access.workload('job', #jobId)")
    void source(@PathVariable UUID jobId, HttpServletRequest request, HttpServletResponse response) throws IOException {
        var source = runtime.live(jobId).spec().source();
        if (source == null) {
            throw new Refusal.NotFound("source of job", jobId);
        }
        download.write(JobSources.source(jobId), source.fileName(), request, response);
    }

    @PostMapping("/metrics")
    @PreAuthorize("@access.workload('job', #jobId)")
    ResponseEntity<Void> metrics(@PathVariable UUID jobId, @RequestBody Measured measured) {
        var metrics = measured.metrics() == null ? List.<Measurement>of() : measured.metrics();
        var parameters = measured.parameters() == null ? Map.<String, String>of() : measured.parameters();
        runtime.log(jobId, metrics.stream().map(this::point).toList(), parameters);
        return ResponseEntity.noContent().build();
    }

    @PutMapping("/attempts/{number}/artifacts/{*path}")
    @PreAuthorize("@access.workload('job', #jobId)")
    ResponseEntity<Void> artifact(
            @PathVariable UUID jobId,
            @PathVariable int number,
            @PathVariable String path,
            @RequestHeader(name = "X-Content-Digest", required = false) @Nullable String digest,
            HttpServletRequest request)
            throws IOException {
        var attempt = runtime.live(jobId, number);
        var namespace = runtime.live(jobId).namespace();
        var stored = artifacts.store(
                namespace,
                JobSources.outputs(attempt.id()),
                path.substring(1),
                request.getInputStream(),
                request.getContentLengthLong(),
                digest,
                request.getContentType());
        return ResponseEntity.status(stored.fresh() ? HttpStatus.CREATED : HttpStatus.OK)
                .build();
    }

    @PostMapping("/attempts/{number}/phase")
    @PreAuthorize("@access.workload('job', #jobId)")
    ResponseEntity<Void> phase(@PathVariable UUID jobId, @PathVariable int number, @RequestBody Phase phase) {
        if (phase.phase() == null || !PHASES.contains(phase.phase())) {
            throw new Refusal.Invalid(
                    "invalid-phase",
                    "phase",
                    "give one of " + PHASES.stream().sorted().toList());
        }
        runtime.stage(jobId, number, phase.phase(), phase.message() == null ? "" : phase.message());
        return ResponseEntity.noContent().build();
    }

    private MetricPoint point(@Nullable Measurement measured) {
        if (measured == null || measured.key() == null || measured.value() == null) {
            throw new Refusal.Invalid("invalid-metric", "metrics", "a metric has a key and a value");
        }
        var step = measured.step() == null ? 0 : measured.step();
        return new MetricPoint(measured.key(), measured.value(), step, at(measured.timestamp()));
    }

    private Instant at(@Nullable Long millis) {
        try {
            return millis == null ? clock.instant() : Instant.ofEpochMilli(millis);
        } catch (DateTimeException outOfRange) {
            throw new Refusal.Invalid("invalid-metric", "metrics.timestamp", "give milliseconds since 1970");
        }
    }

    /** What was measured; both may be missing. */
    record Measured(
            @Nullable List<Measurement> metrics, @Nullable Map<String, String> parameters) {}

    /** @param timestamp milliseconds since 1970; now when missing */
    record Measurement(
            @Nullable String key,
            @Nullable Double value,
            @Nullable Long step,
            @Nullable Long timestamp) {}

    record Phase(@Nullable String phase, @Nullable String message) {}
}
