package dev.tidewright.serving;

import dev.tidewright.history.HistoryEntry;
import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Resource;
import dev.tidewright.kernel.Slice;
import dev.tidewright.tenancy.Access;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Endpoints over REST: making, changing, rolling back. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/endpoints")
class EndpointApi {

    private final EndpointService service;
    private final EndpointViews views;
    private final EndpointPlans plans;
    private final EndpointIntake intake;
    private final MetricChecks metrics;
    private final Access access;

    EndpointApi(
            EndpointService service,
            EndpointViews views,
            EndpointPlans plans,
            EndpointIntake intake,
            MetricChecks metrics,
            Access access) {
        this.intake = intake;
        this.metrics = metrics;
        this.service = service;
        this.views = views;
        this.plans = plans;
        this.access = access;
    }

    @GetMapping
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<Resource<DeployEndpoint, EndpointStatus>> list(
            @PathVariable Name ns,
            EndpointQuery query,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable Integer limit) {
        return views.list(ns, query, cursor, Limit.of(limit));
    }

    @PostMapping
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    ResponseEntity<?> create(
            @PathVariable Name ns,
            @RequestBody DeployEndpoint body,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        var command = intake.prepared(ns, body);
        if (dryRun) {
            var plan = plans.of(ns, command.name(), () -> service.create(ns, command, access.actor()));
            return ResponseEntity.ok(plan.warning(metrics.of(ns, required(command), command.autoscaling())));
        }
        var accepted = service.create(ns, command, access.actor());
        return answer(ns, required(command), accepted);
    }

    @PutMapping("/{name}")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    ResponseEntity<?> deploy(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestBody DeployEndpoint body,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestParam(defaultValue = "false") boolean supersede,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        var command = intake.prepared(ns, body.named(name));
        if (dryRun) {
            var plan = plans.of(ns, name, () -> service.deploy(ns, command, ifMatch, supersede, access.actor()));
            return ResponseEntity.ok(plan.warning(metrics.of(ns, name, command.autoscaling())));
        }
        return answer(ns, name, service.deploy(ns, command, ifMatch, supersede, access.actor()));
    }

    @GetMapping("/{name}")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    ResponseEntity<Resource<DeployEndpoint, EndpointStatus>> get(@PathVariable Name ns, @PathVariable Name name) {
        return shown(ns, name, HttpStatus.OK);
    }

    @DeleteMapping("/{name}")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    ResponseEntity<Void> delete(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestParam(defaultValue = "") String reason) {
        service.delete(ns, name, ifMatch, reason, access.actor());
        return ResponseEntity.accepted().build();
    }

    @PostMapping("/{name}/rollback")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    ResponseEntity<?> rollBack(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestBody RollBack command,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        if (dryRun) {
            return ResponseEntity.ok(plans.of(ns, name, () -> service.rollBack(ns, name, command, access.actor())));
        }
        return answer(ns, name, service.rollBack(ns, name, command, access.actor()));
    }

    @PostMapping("/{name}/stop")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    ResponseEntity<Resource<DeployEndpoint, EndpointStatus>> stop(
            @PathVariable Name ns, @PathVariable Name name, @RequestBody(required = false) @Nullable GiveReason why) {
        service.stop(ns, name, GiveReason.of(why), access.actor());
        return shown(ns, name, HttpStatus.ACCEPTED);
    }

    @PostMapping("/{name}/start")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    ResponseEntity<Resource<DeployEndpoint, EndpointStatus>> start(
            @PathVariable Name ns, @PathVariable Name name, @RequestBody(required = false) @Nullable GiveReason why) {
        service.start(ns, name, GiveReason.of(why), access.actor());
        return shown(ns, name, HttpStatus.ACCEPTED);
    }

    @PostMapping("/{name}/rollout/abort")
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    ResponseEntity<Resource<DeployEndpoint, EndpointStatus>> abort(
            @PathVariable Name ns, @PathVariable Name name, @RequestBody(required = false) @Nullable GiveReason why) {
        service.abort(ns, name, GiveReason.of(why), access.actor());
        return shown(ns, name, HttpStatus.ACCEPTED);
    }

    @GetMapping("/{name}/history")
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    Slice<HistoryEntry> history(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable Integer limit) {
        return views.history(ns, name, cursor, Limit.of(limit));
    }

    /** 201 for a new endpoint, 202 for a new revision, 200 when nothing of what is served changed. */
    private ResponseEntity<?> answer(Name ns, Name name, EndpointService.Accepted accepted) {
        var status = accepted.created()
                ? HttpStatus.CREATED
                : accepted.revision() == null ? HttpStatus.OK : HttpStatus.ACCEPTED;
        return shown(ns, name, status);
    }

    private ResponseEntity<Resource<DeployEndpoint, EndpointStatus>> shown(Name ns, Name name, HttpStatus status) {
        var view = views.get(ns, name);
        var answer = ResponseEntity.status(status).eTag(view.entityTag());
        if (status == HttpStatus.CREATED) {
            answer.location(URI.create("/api/v1/namespaces/" + ns + "/endpoints/" + name));
        }
        return answer.body(view);
    }

    private static Name required(DeployEndpoint command) {
        return java.util.Objects.requireNonNull(command.name());
    }
}
