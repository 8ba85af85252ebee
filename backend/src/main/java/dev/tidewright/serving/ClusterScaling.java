package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.cluster.AutoscalerStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the cluster's own autoscaler was last seen to do with an endpoint.
 *
 * @param max how many replicas it may have now: the policy's, or fewer where the namespace's quota holds no more
 * @param working false: it cannot decide
 * @param sentence why so many, or what is missing and what to do about it; empty before it has said anything
 * @param lastScaled ISO 8601; null: not yet
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ClusterScaling(
        int max,
        boolean working,
        String sentence,
        List<Reading> readings,
        @Nullable String lastScaled) {

    /**
     * One metric.
     *
     * @param current null: it could not be read
     * @param unit {@code %}, {@code per replica}, or empty
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Reading(String metric, @Nullable Double current, double target, String unit) {}

    static ClusterScaling of(AutoscalerStatus status, int max) {
        return new ClusterScaling(
                max,
                status.working(),
                status.sentence(),
                status.readings().stream()
                        .map(one -> new Reading(one.metric(), one.current(), one.target(), one.unit()))
                        .toList(),
                status.lastScaled() == null ? null : status.lastScaled().toString());
    }

    /** The metric that asks for most: it decides. Null while nothing is read. */
    public @Nullable Reading decisive() {
        return readings.stream()
                .filter(reading -> reading.current() != null)
                .max(java.util.Comparator.comparingDouble(
                        reading -> reading.current() == null ? 0 : reading.current() / reading.target()))
                .orElse(null);
    }
}
