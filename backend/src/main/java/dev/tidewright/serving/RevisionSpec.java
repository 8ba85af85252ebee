package dev.tidewright.serving;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tidewright.cluster.PodFields;
import dev.tidewright.kernel.Resources;
import dev.tidewright.kernel.Scalar;
import dev.tidewright.rollout.RolloutStrategy;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a revision fixes; what a rollback restores.
 *
 * @param environment variables that may be shown
 * @param requirements Python requirements beside those that the source or model brings; empty: none
 * @param resources of one replica
 * @param replicas fixed number, 0 to 100; null while {@code autoscaling} decides
 * @param pod where replicas may run; null when nothing is said of it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RevisionSpec(
        Served serves,
        SortedMap<String, Scalar> parameters,
        SortedMap<String, String> environment,
        List<String> requirements,
        Resources resources,
        @Nullable Integer replicas,
        @Nullable AutoscalingPolicy autoscaling,
        Probe readiness,
        RolloutStrategy rollout,
        @Nullable PodFields pod) {

    public RevisionSpec {
        parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
        requirements = List.copyOf(requirements);
    }

    /** The same serving another version. */
    RevisionSpec serving(Served other) {
        return new RevisionSpec(
                other,
                parameters,
                environment,
                requirements,
                resources,
                replicas,
                autoscaling,
                readiness,
                rollout,
                pod);
    }

    /** The same with another number of replicas. */
    RevisionSpec scaled(ScaleEndpoint command) {
        return new RevisionSpec(
                serves,
                parameters,
                environment,
                requirements,
                resources,
                command.replicas(),
                command.policy(),
                readiness,
                rollout,
                pod);
    }

    /** How many replicas are wanted, when autoscaling has last decided for {@code autoscaled}. */
    @JsonIgnore
    int wanted(@Nullable Integer autoscaled) {
        if (autoscaling == null) {
            return replicas == null ? 1 : replicas;
        }
        return autoscaled == null ? autoscaling.min() : autoscaling.clamp(autoscaled);
    }
}
