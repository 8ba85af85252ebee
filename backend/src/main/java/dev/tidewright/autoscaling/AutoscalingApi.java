package dev.tidewright.autoscaling;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.kernel.Cursor;
import dev.tidewright.kernel.Limit;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Slice;
import dev.tidewright.serving.AutoscalingPolicy;
import dev.tidewright.serving.Scaling;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** What autoscaling measures of an endpoint, and what it decided. */
@RestController
@RequestMapping("/api/v1/namespaces/{ns}/endpoints/{name}/autoscaling")
class AutoscalingApi {

    private final Scaling scaling;
    private final AutoscalingReconciler reconciler;
    private final DecisionRows rows;

    AutoscalingApi(Scaling scaling, AutoscalingReconciler reconciler, DecisionRows rows) {
        this.scaling = scaling;
        this.reconciler = reconciler;
        this.rows = rows;
    }

    /**
     * How an endpoint is scaled.
     *
     * @param policy null: its number of replicas is fixed, or it is stopped
     * @param replicas wanted now
     * @param measured null before the first measurement
     * @param decisions newest first; only those that changed the number
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record View(
            @Nullable AutoscalingPolicy policy,
            @Nullable Integer replicas,
            @Nullable Measured measured,
            Slice<DecisionRows.Kept> decisions) {}

    /**
     * Load of all replicas together, in the unit of the policy.
     *
     * @param stable mean over about 30 s
     * @param burst mean over about 6 s
     */
    record Measured(Instant at, double stable, double burst) {}

    @GetMapping
    @PreAuthorize("@access.may(#ns, 'VIEWER')")
    View get(
            @PathVariable Name ns,
            @PathVariable Name name,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable Integer limit) {
        var id = scaling.id(ns, name);
        var count = Limit.of(limit);
        var decisions = rows.of(id, Cursor.id(cursor).orElse(null), count + 1);
        var scalable = scaling.scalable(ns, name);
        return new View(
                scalable.map(Scaling.Scalable::policy).orElse(null),
                scalable.map(Scaling.Scalable::live).orElse(null),
                reconciler
                        .reading(id)
                        .map(reading -> new Measured(
                                reading.at(),
                                reading.load().stable(),
                                reading.load().burst()))
                        .orElse(null),
                Slice.of(decisions, count, DecisionRows.Kept::id));
    }
}
