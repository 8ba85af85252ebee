package dev.tidewright.cluster;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a cluster's own autoscaler does.
 *
 * @param applied as it was asked for, also where the cluster refused it; null: it is otherwise by now, because somebody
 *     changed it, or is to be asked for again
 * @param replicas what it has told the service to have, the number that counts
 * @param working false: it cannot decide, and {@code sentence} says why
 * @param sentence why so many, or what is missing and what to do about it; empty while it has not said anything
 * @param lastScaled when it last changed the number; null: not yet
 * @param numberedBy the tool of somebody else who has set the number that is there now; null: nobody has
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AutoscalerStatus(
        @Nullable Autoscaler applied,
        int replicas,
        boolean working,
        String sentence,
        List<Reading> readings,
        @Nullable Instant lastScaled,
        @Nullable String numberedBy) {

    public AutoscalerStatus {
        readings = List.copyOf(readings);
    }

    /**
     * One metric.
     *
     * @param current as it was read last, in the unit of the target; null: it could not be read
     * @param target what is aimed at
     * @param unit {@code %}, {@code per replica}, or empty
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Reading(String metric, @Nullable Double current, double target, String unit) {

        /** How much more there is than there should be: 2 is twice as much; 0 where nothing was read. */
        public double ratio() {
            return current == null ? 0 : current / target;
        }
    }
}
