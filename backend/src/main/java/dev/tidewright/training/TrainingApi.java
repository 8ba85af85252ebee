package dev.tidewright.training;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.artifacts.ArtifactDownload;
import dev.tidewright.artifacts.Artifacts;
import dev.tidewright.artifacts.Stored;
import dev.tidewright.events.KeptEvent;
import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Slice;
import dev.tidewright.tenancy.Access;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Training jobs over REST. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/jobs")
class TrainingApi {

    private final TrainingService training;
    private final JobIntake intake;
    private final JobReader reader;
    private final Artifacts artifacts;
    private final ArtifactDownload download;
    private final Access access;

    TrainingApi(
            TrainingService training,
            JobIntake intake,
            JobReader reader,
            Artifacts artifacts,
            ArtifactDownload download,
            Access access) {
        this.training = training;
        this.intake = intake;
        this.reader = reader;
        this.artifacts = artifacts;
        this.download = download;
        this.access = access;
    }

    @PostMapping
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    ResponseEntity<?> submit(
            @PathVariable Name ns,
            @RequestParam(defaultValue = "false") boolean dryRun,
            @RequestBody SubmitJob command) {
        return dryRun
                ? ResponseEntity.ok(intake.plan(ns, command))
                : created(ns, intake.submit(ns, command, access.actor()));
    }

    @GetMapping
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    JobList list(
            @PathVariable Name ns,
            JobQuery query,
            @RequestParam(required = false) @Nullable Integer limit,
            @RequestParam(defaultValue = "false") boolean count) {
        var page = reader.list(ns, query, Limit.of(limit));
        return new JobList(page.items(), page.nextCursor(), count ? reader.count(ns, query) : null);
    }

    @GetMapping("/{name}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    ResponseEntity<Resource<JobSpec, JobView>> get(@PathVariable Name ns, @PathVariable Name name) {
        var job = reader.get(ns, name);
        return ResponseEntity.ok().eTag(job.entityTag()).body(job);
    }

    /** Stops a job. Its status is STOPPING until its processes are gone, then CANCELLED. */
    @PostMapping("/{name}/cancel")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    Resource<JobSpec, JobView> cancel(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestBody(required = false) @Nullable CancelJob command) {
        training.cancel(ns, name, command == null || command.reason() == null ? "" : command.reason(), access.actor());
        return reader.get(ns, name);
    }

    /** Runs a job again; the body says only what is to be different. */
    @PostMapping("/{name}/rerun")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    ResponseEntity<?> rerun(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(defaultValue = "false") boolean dryRun,
            @RequestBody(required = false) @Nullable SubmitJob changes) {
        var command = changes == null ? SubmitJob.NOTHING : changes;
        return dryRun
                ? ResponseEntity.ok(intake.planRerun(ns, name, command))
                : created(ns, intake.rerun(ns, name, command, access.actor()));
    }

    @DeleteMapping("/{name}")
    @PreAuthorize("@access.may(#ns, 'EDITOR')")
    ResponseEntity<Void> delete(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch) {
        training.delete(ns, name, ifMatch, access.actor());
        return ResponseEntity.noContent().build();
    }

    @GetMapping("/{name}/diagnosis")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Findings diagnosis(@PathVariable Name ns, @PathVariable Name name) {
        return new Findings(reader.diagnosis(ns, name));
    }

    /** What the cluster said of its attempts, the last first; kept when the cluster has forgotten it. */
    @GetMapping("/{name}/events")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<KeptEvent> events(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable Integer limit) {
        return reader.events(ns, name, cursor, Limit.of(limit));
    }

    /** What an attempt left behind; the last attempt unless told. */
    @GetMapping("/{name}/artifacts")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Files artifacts(
            @PathVariable Name ns, @PathVariable Name name, @RequestParam(required = false) @Nullable Integer attempt) {
        return reader.state(ns, name)
                .attempt(attempt)
                .map(found -> new Files(artifacts.list(JobSources.outputs(found.id())).stream()
                        .map(FileView::of)
                        .toList()))
                .orElse(new Files(List.of()));
    }

    @GetMapping("/{name}/artifacts/{*path}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    void artifact(
            @PathVariable Name ns,
            @PathVariable Name name,
            @PathVariable String path,
            @RequestParam(required = false) @Nullable Integer attempt,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        var found = reader.state(ns, name).requireAttempt(attempt);
        download.write(JobSources.outputs(found.id()), path.substring(1), request, response);
    }

    private ResponseEntity<Resource<JobSpec, JobView>> created(Name namespace, Name name) {
        var job = reader.get(namespace, name);
        return ResponseEntity.created(URI.create("/api/v1/namespaces/" + namespace + "/jobs/" + name))
                .eTag(job.entityTag())
                .body(job);
    }

    /** @param counts by status, only when asked for by {@code count=true} */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record JobList(
            List<Resource<JobSpec, JobView>> items,
            @Nullable String nextCursor,
            @Nullable Map<JobStatus, Long> counts) {}

    /** Why. */
    record CancelJob(@Nullable String reason) {}

    record Findings(List<JobDiagnosis.Finding> items) {}

    record Files(List<FileView> items) {}

    /** @param size bytes */
    record FileView(String path, long size, String digest, String mediaType, Instant storedAt) {
        static FileView of(Stored file) {
            return new FileView(file.path(), file.size(), file.digest().value(), file.mediaType(), file.storedAt());
        }
    }
}
