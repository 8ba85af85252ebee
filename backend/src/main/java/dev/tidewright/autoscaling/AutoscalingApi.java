package dev.tidewright.autoscaling;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import dev.tidewright.serving.AutoscalingPolicy;
import dev.tidewright.serving.ClusterScaling;
import dev.tidewright.serving.EndpointPlans;
import dev.tidewright.serving.EndpointService;
import dev.tidewright.serving.MetricChecks;
import dev.tidewright.serving.ScaleEndpoint;
import dev.tidewright.serving.Scaling;
import dev.tidewright.tenancy.Access;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What autoscaling measures of an endpoint, what it decided, and by which policy. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/endpoints/{name}/autoscaling")
class AutoscalingApi {

    private final AutoscalingViews views;
    private final EndpointService service;
    private final EndpointPlans plans;
    private final MetricChecks metrics;
    private final Access access;

    AutoscalingApi(
            AutoscalingViews views, EndpointService service, EndpointPlans plans, MetricChecks metrics, Access access) {
        this.metrics = metrics;
        this.views = views;
        this.service = service;
        this.plans = plans;
        this.access = access;
    }

    /**
     * How an endpoint is scaled.
     *
     * @param policy null: its number of replicas is fixed, or it is stopped
     * @param replicas wanted now
     * @param measured by the gateway; null before the first measurement, and where the cluster decides
     * @param cluster what the cluster's own autoscaler was last seen to do; null where it does not decide, and while a
     *     rollout holds the number
     * @param warnings metrics of a policy just kept that cannot be read now, each with the remedy; else why the cluster's
     *     own autoscaler cannot decide
     * @param decisions newest first; only those that changed the number
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record View(
            @Nullable AutoscalingPolicy policy,
            @Nullable Integer replicas,
            AutoscalingViews.@Nullable Measured measured,
            @Nullable ClusterScaling cluster,
            List<String> warnings,
            Slice<DecisionRows.Kept> decisions) {}

    @GetMapping
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    View get(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable Integer limit) {
        return view(ns, name, List.of(), Cursor.id(cursor).orElse(null), Limit.of(limit));
    }

    /** Changes the policy, or the fixed number of replicas, and nothing else; 200 when that is what there is. */
    @PutMapping
    @PreAuthorize("@access.may(#ns, 'DEPLOYER')")
    ResponseEntity<?> change(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestBody ScaleEndpoint command,
            @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
            @RequestParam(defaultValue = "false") boolean dryRun) {
        // Asked before anything is locked: the cluster may take its time.
        var warnings = metrics.of(ns, name, command.policy());
        if (dryRun) {
            var plan = plans.of(ns, name, () -> service.scale(ns, name, command, ifMatch, access.actor()));
            return ResponseEntity.ok(plan.warning(warnings));
        }
        var accepted = service.scale(ns, name, command, ifMatch, access.actor());
        return ResponseEntity.status(accepted.revision() == null ? HttpStatus.OK : HttpStatus.ACCEPTED)
                .body(view(ns, name, warnings, null, Limit.of(null)));
    }

    private View view(Name ns, Name name, List<String> warnings, @Nullable UUID before, int limit) {
        var now = views.now(ns, name);
        var byCluster = views.byCluster(ns, name);
        var seen = byCluster.map(Scaling.ByCluster::seen);
        return new View(
                now.map(AutoscalingViews.Now::policy)
                        .or(() -> byCluster.map(Scaling.ByCluster::policy))
                        .orElse(null),
                now.map(AutoscalingViews.Now::live)
                        .or(() -> byCluster.map(Scaling.ByCluster::live))
                        .orElse(null),
                now.map(AutoscalingViews.Now::measured).orElse(null),
                seen.orElse(null),
                warnings.isEmpty()
                        ? seen.filter(one -> !one.working()).map(ClusterScaling::sentence).stream()
                                .toList()
                        : warnings,
                views.decisions(ns, name, before, limit));
    }
}
